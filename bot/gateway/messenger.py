"""``/channels/messenger``: Messenger's call-backs. Acknowledged as soon as all of them are stored; answers follow.

Messenger waits 20 seconds, delivers again for a while, then drops the subscription: whatever was stored before is found
by its ``mid``, and what cannot be understood is acknowledged and passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import structlog
from aiohttp import web

from bot.channels.messenger import MessengerChannel
from bot.channels.messenger_parse import CHANNEL, ControlChanged, Event, File, Said, WrongPage, parse
from bot.channels.messenger_verify import challenge, is_signed
from bot.conversation.accept import EmptyMessage, UnknownPayload, accept, guess_language
from bot.conversation.hand_elsewhere import answered_elsewhere, given_back
from bot.gateway.platforms import Platforms, platforms_of
from bot.http.bodies import takes_up_to
from bot.http.context import context_of
from bot.http.errors import ApiError
from bot.messages import Attachment, Incoming
from bot.ports import Parts
from bot.stores.media import MediaStore

ELSEWHERE = "messenger-inbox"
"""Stands where an agent's user name stands while another app has the conversation."""
LONGEST_MEDIA_ID = 255
LARGEST_BATCH = 4 * 1024 * 1024
"""Bytes. Meta sends up to a thousand events at once and does not say how large a body gets; refused ones come again."""
KINDS = {"image": "image", "audio": "voice", "video": "video"}

log = structlog.get_logger("kefu.gateway")


def routes() -> list[web.RouteDef]:
    return [web.get("/channels/messenger", check_address), web.post("/channels/messenger", receive)]


async def check_address(request: web.Request) -> web.Response:
    """The console asks whether the address is ours: its challenge comes back if it knows the verify token."""
    answer = challenge(request.query, _channel(platforms_of(request)).settings.verify_token)
    if answer is None:
        raise _refused("challenge")
    return web.Response(text=answer)


@takes_up_to(LARGEST_BATCH)
async def receive(request: web.Request) -> web.Response:
    """A batch of events → 200 once everything in it is stored."""
    platforms, parts = platforms_of(request), context_of(request).parts
    settings = _channel(platforms).settings
    body = await request.read()
    if not is_signed(body, request.headers.get("X-Hub-Signature-256", ""), settings.app_secret):
        raise _refused("signature")
    for event in _events(body, settings.page_id):
        await _take(parts, platforms, event)
    return web.Response(text="EVENT_RECEIVED")


def _channel(platforms: Platforms) -> MessengerChannel:
    if platforms.messenger is None:
        raise ApiError("not_found")
    return platforms.messenger


def _events(body: bytes, page_id: str | None) -> list[Event]:
    try:
        document = json.loads(body)
        if not isinstance(document, Mapping):
            raise ValueError("not an object")
        return parse(document, page_id)
    except WrongPage:
        raise _refused("page") from None
    except (ValueError, RecursionError):
        raise ApiError("bad_request.http") from None


def _refused(reason: str) -> ApiError:
    log.warning("callback_refused", channel=CHANNEL, reason=reason)
    return ApiError("refused_callback")


async def _take(parts: Parts, platforms: Platforms, event: Event) -> None:
    if isinstance(event, ControlChanged):
        conversation = await parts.store.open_conversation(CHANNEL, event.sender, language="zh")
        await (given_back if event.ours else answered_elsewhere)(parts, conversation, ELSEWHERE)
    elif isinstance(event, Said):
        incoming = event.incoming
        language = guess_language(incoming.text)
        conversation = await parts.store.open_conversation(CHANNEL, incoming.sender, language=language)
        if event.standby:
            await answered_elsewhere(parts, conversation, ELSEWHERE)
        await _accept(parts, platforms, event)
        if not event.standby:
            _channel(platforms).be_courteous(conversation)
    else:
        log.info("callback_ignored", channel=CHANNEL, kind=event.kind)


async def _accept(parts: Parts, platforms: Platforms, said: Said) -> None:
    """The words come with the first file, each further file as a message of its own."""
    mid = said.incoming.external_id
    attachments = [await _promise(platforms.media, mid, file) for file in said.files]
    first = attachments[0] if attachments else None
    await _accept_one(parts, replace(said.incoming, attachment=first))
    for number, attachment in enumerate(attachments[1:], 2):
        name = f"{mid[:310]}#{number}"
        await _accept_one(parts, replace(said.incoming, external_id=name, text="", payload=None, attachment=attachment))
    if attachments:
        platforms.fetcher.ring()


async def _promise(media: MediaStore, mid: str, file: File) -> Attachment:
    media_id = f"{mid}#{file.number}"
    if len(media_id) > LONGEST_MEDIA_ID:
        return Attachment(name=file.kind, content_type="application/octet-stream", size=0, url="")
    return await media.promise(CHANNEL, media_id, KINDS.get(file.kind, "file"), file.kind)


async def _accept_one(parts: Parts, incoming: Incoming) -> None:
    try:
        await accept(parts, incoming)
    except UnknownPayload:
        # A menu's item, or a button of a conversation that was erased: its title counts as typed.
        await _accept_one(parts, replace(incoming, payload=None))
    except EmptyMessage:
        log.info("message_empty", channel=CHANNEL)
