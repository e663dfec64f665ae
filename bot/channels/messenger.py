"""The Messenger channel: what was said goes out over the Graph API; conversations are passed and taken.

Messenger knows no id of ours, so a message whose fate is unknown is not repeated (``resendable`` is False).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import structlog

from bot.channels.messenger_errors import InDoubt, error_of
from bot.channels.messenger_parse import CHANNEL
from bot.channels.messenger_render import LATE, action, bodies
from bot.channels.messenger_settings import MessengerSettings
from bot.channels.messenger_verify import proof
from bot.channels.platform import LARGEST_FILE, Http, PlatformRefusal
from bot.conversation.notices import HANDED_OVER
from bot.messages import Author, Conversation, Owner, StoredMessage
from bot.ports import ChannelBusy, ChannelError

PAUSES = (0.3, 1.0)
"""Seconds before each further try of a message's second part: the first one cannot be taken back."""

log = structlog.get_logger(__name__)


class MessengerChannel:
    """One page. ``courtesies``: typing and seen marks on their way."""

    name = CHANNEL
    resendable = False

    def __init__(
        self, settings: MessengerSettings, http: Http, public_url: str = "", pauses: Sequence[float] = PAUSES
    ) -> None:
        self.settings = settings
        self.courtesies: set[asyncio.Task[None]] = set()
        self._http = http
        self._public_url = public_url
        self._pauses = tuple(pauses)

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        """See ``ports.Channel``. A message with a card is two of Messenger's."""
        for index, body in enumerate(bodies(conversation.sender, message, late=late, public_url=self._public_url)):
            if index == 0:
                await self._say(conversation, message, body)
            else:
                await self._say_the_rest(body)
        if message.key == HANDED_OVER and self.settings.inbox_app and conversation.owner is Owner.WAITING:
            await self._pass_on(conversation)

    def be_courteous(self, conversation: Conversation) -> None:
        """Seen, and typing while the bot thinks; nobody waits for it."""
        task = asyncio.create_task(self._show(conversation))
        self.courtesies.add(task)
        task.add_done_callback(self.courtesies.discard)

    async def download(self, media_id: str) -> bytes:
        """The file of a message: ``MID#NUMBER``, counted from 0. Raises PlatformRefusal (media) where it is gone."""
        mid, _, number = media_id.rpartition("#")
        answer = await self._call("GET", mid, {"fields": "attachments"})
        url = _url_of(answer, int(number)) if number.isdigit() else None
        if url is None:
            raise PlatformRefusal(CHANNEL, 0, "media")
        async with self._http.session.get(url) as file:
            if file.status != 200:
                raise PlatformRefusal(CHANNEL, file.status, "media")
            data = bytearray()
            async for chunk in file.content.iter_chunked(64 * 1024):
                data += chunk
                if len(data) > LARGEST_FILE:
                    raise PlatformRefusal(CHANNEL, file.status, "media")
            return bytes(data)

    async def take_control(self, sender: str) -> None:
        """Have the conversation again; Messenger allows it to the page's primary app."""
        await self._post("take_thread_control", {"recipient": {"id": sender}})

    async def pass_control(self, sender: str, app_id: str) -> None:
        await self._post("pass_thread_control", {"recipient": {"id": sender}, "target_app_id": app_id})

    async def _show(self, conversation: Conversation) -> None:
        names = ["mark_seen"] + ["typing_on"] * (conversation.owner in (Owner.BOT, Owner.CLOSED))
        for name in names:
            try:
                await self._post("messages", action(conversation.sender, name))
            except Exception as error:
                log.info("sender_action_failed", action=name, error=type(error).__name__)

    async def _say(self, conversation: Conversation, message: StoredMessage, body: Mapping[str, Any]) -> None:
        try:
            await self._post("messages", body)
        except ChannelError as error:
            if message.author is not Author.AGENT or error.reason not in ("elsewhere", "window_closed"):
                raise
            if error.reason == "elsewhere":
                # An agent of ours who writes takes the conversation back; the bot never does.
                await self.take_control(conversation.sender)
            else:
                # The platform's day ended before ours; a person may go on under the tag.
                body = {**body, **LATE}
            await self._post("messages", body)

    async def _say_the_rest(self, body: Mapping[str, Any]) -> None:
        for pause in (*self._pauses, None):
            try:
                await self._post("messages", body)
                return
            except ChannelBusy:
                if pause is None:
                    raise InDoubt(0) from None  # the first part is said: asking for the whole again would double it
            await asyncio.sleep(pause)

    async def _pass_on(self, conversation: Conversation) -> None:
        """The customer has read that a person comes: the app where people answer gets the conversation."""
        try:
            await self.pass_control(conversation.sender, str(self.settings.inbox_app))
        except Exception as error:
            # It stays in our own queue, where somebody sees it.
            log.warning("not_passed_on", conversation=conversation.id, error=repr(error))

    async def _post(self, path: str, body: Mapping[str, Any]) -> None:
        await self._call("POST", f"me/{path}", {}, body)

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        settings = self.settings
        signed = {
            **query,
            "access_token": settings.page_token,
            "appsecret_proof": proof(settings.page_token, settings.app_secret),
        }
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json"}
        address = f"{settings.api_base}/{path}"
        try:
            async with self._http.session.request(method, address, params=signed, data=data, headers=headers) as got:
                raw, status = await got.read(), got.status
        except aiohttp.ClientConnectorError:
            # Not chained: the error names the address with the token in it.
            raise ChannelBusy("messenger: no connection") from None
        except aiohttp.ClientError as error:
            raise ConnectionError(f"messenger: {type(error).__name__}") from None
        answer = _object(raw)
        if (problem := error_of(answer, status)) is not None:
            raise problem
        return answer


def _url_of(answer: Mapping[str, Any], number: int) -> str | None:
    """Where an attachment lies now; pictures and films are one level deeper than other files."""
    attachments = answer.get("attachments")
    data = attachments.get("data") if isinstance(attachments, Mapping) else None
    one = data[number] if isinstance(data, list) and number < len(data) else None
    if not isinstance(one, Mapping):
        return None
    for place in (one.get("image_data"), one.get("video_data"), one):
        url = (place.get("url") or place.get("file_url")) if isinstance(place, Mapping) else None
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            return url
    return None


def _object(raw: bytes) -> Mapping[str, Any]:
    """Raises InDoubt for anything but an object: a proxy's page says nothing about what was done."""
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        raise InDoubt(0) from None
    if not isinstance(answer, Mapping):
        raise InDoubt(0)
    return answer
