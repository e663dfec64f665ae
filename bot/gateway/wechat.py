"""``/channels/wechat``: call-backs. Acknowledged as soon as the message is stored; the answer follows by the API.

WeChat gives five seconds, then delivers again, three times in all: the message's own id makes them one.
"""

from __future__ import annotations

import secrets as randomness
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from aiohttp import web

from bot.channels.wechat_callback import Secrets, answer_text, open_echo, open_message
from bot.channels.wechat_crypto import Refused
from bot.channels.wechat_parse import CHANNEL, Followed, Ignored, Said, Scanned, Unfollowed, parse
from bot.channels.wechat_render import chosen
from bot.conversation.compose import notice
from bot.conversation.events import tell_messages
from bot.gateway.platforms import Platforms, check_replay, platforms_of, refusal, take
from bot.http.context import context_of
from bot.http.errors import ApiError
from bot.messages import Conversation, Delivery, Language
from bot.ports import Parts

WELCOME = "notice_welcome"
LAST_OFFERS = 60
"""In which of a conversation's latest messages a menu's button is looked for; older ones count as typed."""
_FIRST_LANGUAGE: Language = "zh"

log = structlog.get_logger("kefu.gateway")


def routes() -> list[web.RouteDef]:
    return [web.get("/channels/wechat", check_address), web.post("/channels/wechat", receive)]


async def check_address(request: web.Request) -> web.Response:
    """The console asks whether the address is ours: answer with what it sent, if it knows the token."""
    secrets = _secrets(platforms_of(request))
    try:
        return web.Response(text=open_echo(request.query, secrets, time.time()))
    except Refused as error:
        raise refusal(CHANNEL, error) from None


async def receive(request: web.Request) -> web.Response:
    """One message or event → ``success``, or a welcome for somebody who follows."""
    platforms, parts = platforms_of(request), context_of(request).parts
    secrets, body = _secrets(platforms), await request.read()
    try:
        opened = open_message(request.query, body, secrets, time.time())
        await check_replay(platforms, CHANNEL, opened)
        happening = parse(opened.fields)
    except Refused as error:
        raise refusal(CHANNEL, error) from None
    if isinstance(happening, Said):
        await _take_said(parts, platforms, happening)
    elif isinstance(happening, Followed):
        conversation = await _let_us_answer(parts, happening.sender, "follow", happening.at)
        return await _welcome(parts, secrets, opened.fields, conversation)
    elif isinstance(happening, Scanned):
        await _let_us_answer(parts, happening.sender, "scan", happening.at)
    elif isinstance(happening, Unfollowed):
        log.info("customer_unfollowed", channel=CHANNEL)
    elif isinstance(happening, Ignored):
        log.info("callback_ignored", channel=CHANNEL, kind=happening.kind)
    return web.Response(text="success")


def _secrets(platforms: Platforms) -> Secrets:
    if platforms.wechat is None:
        raise ApiError("not_found")
    return platforms.wechat


async def _take_said(parts: Parts, platforms: Platforms, said: Said) -> None:
    incoming = said.incoming
    if said.choice is not None:
        conversation = await parts.store.open_conversation(CHANNEL, incoming.sender, language=_FIRST_LANGUAGE)
        latest = await parts.store.history(conversation.id, after=conversation.last_seq - LAST_OFFERS)
        button = chosen(said.choice, (button for message in latest for button in message.buttons))
        incoming = replace(incoming, payload=button.id if button else None)
    await take(parts, platforms, incoming, said.media)


async def _let_us_answer(parts: Parts, sender: str, window: str, at: datetime) -> Conversation:
    """A deed other than writing opens a window (``rules/channels.yml``): what waited for the customer goes out now."""
    conversation = await parts.store.open_conversation(CHANNEL, sender, language=_FIRST_LANGUAGE)
    await parts.store.open_window(conversation, window, at)
    await parts.queue.ring(conversation.id)
    return conversation


async def _welcome(
    parts: Parts, secrets: Secrets, fields: Mapping[str, str], conversation: Conversation
) -> web.Response:
    """Said in the answer itself, which costs no quota; who comes back after a conversation is not greeted again."""
    history = await parts.store.history(conversation.id, limit=2)
    if any(message.key != WELCOME for message in history):
        return web.Response(text="success")
    draft = notice(parts.responses, WELCOME, conversation.language)
    draft = replace(draft, delivery=Delivery.SENT, endpoint=conversation.endpoint)
    if not history:
        said = await parts.store.add_notice(conversation.id, draft)
        await tell_messages(parts.notifier, conversation.id, [said])
    nonce = randomness.token_hex(8)
    body = answer_text(fields, draft.text, secrets, time.time(), nonce)
    return web.Response(body=body, content_type="application/xml", charset="utf-8")
