"""The Messenger channel: what was said goes out over the Graph API; conversations are passed and taken.

Messenger knows no id of ours, so a message whose fate is unknown is not repeated (``resendable`` is False).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.channels.messenger_api import File, GraphApi
from bot.channels.messenger_errors import InDoubt
from bot.channels.messenger_parse import CHANNEL
from bot.channels.messenger_render import LATE, action, bodies, file_body
from bot.channels.messenger_settings import MessengerSettings
from bot.channels.platform import Files, Http, PlatformRefusal
from bot.conversation.notices import HAND_OVERS
from bot.messages import Attachment, Author, Conversation, Owner, StoredMessage
from bot.ports import ChannelBusy, ChannelError

PAUSES = (0.3, 1.0)
"""Seconds before each further try of a message's second part: the first one cannot be taken back."""

log = structlog.get_logger(__name__)


class MessengerChannel:
    """One page. ``courtesies``: typing and seen marks on their way."""

    name = CHANNEL
    resendable = False

    def __init__(
        self,
        settings: MessengerSettings,
        http: Http,
        public_url: str = "",
        pauses: Sequence[float] = PAUSES,
        files: Files | None = None,
    ) -> None:
        self.settings = settings
        self.courtesies: set[asyncio.Task[None]] = set()
        self._api = GraphApi(settings, http)
        self._public_url = public_url
        self._pauses = tuple(pauses)
        self._files = files

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        """See ``ports.Channel``. A message with a card is two of Messenger's."""
        if message.attachment is not None:
            await self._send_file(conversation, message, message.attachment, late=late)
        for index, body in enumerate(bodies(conversation.sender, message, late=late, public_url=self._public_url)):
            if index == 0:
                await self._say(conversation, message, body)
            else:
                await self._say_the_rest(body)
        if message.key in HAND_OVERS and self.settings.inbox_app and conversation.owner is Owner.WAITING:
            await self._pass_on(conversation)

    def be_courteous(self, conversation: Conversation) -> None:
        """Seen, and typing while the bot thinks; nobody waits for it."""
        task = asyncio.create_task(self._show(conversation))
        self.courtesies.add(task)
        task.add_done_callback(self.courtesies.discard)

    async def download(self, media_id: str) -> bytes:
        """See ``GraphApi``."""
        return await self._api.download(media_id)

    async def take_control(self, sender: str) -> None:
        """Have the conversation again; Messenger allows it to the page's primary app."""
        await self._api.post("take_thread_control", {"recipient": {"id": sender}})

    async def pass_control(self, sender: str, app_id: str) -> None:
        await self._api.post("pass_thread_control", {"recipient": {"id": sender}, "target_app_id": app_id})

    async def _show(self, conversation: Conversation) -> None:
        names = ["mark_seen"] + ["typing_on"] * (conversation.owner in (Owner.BOT, Owner.CLOSED))
        for name in names:
            try:
                await self._api.post("messages", action(conversation.sender, name))
            except Exception as error:
                log.info("sender_action_failed", action=name, error=type(error).__name__)

    async def _send_file(
        self, conversation: Conversation, message: StoredMessage, attachment: Attachment, *, late: bool
    ) -> None:
        data = await self._files.read(attachment) if self._files else None
        if data is None:
            raise PlatformRefusal(CHANNEL, 0, "media")
        body = file_body(conversation.sender, message, attachment, late=late)
        await self._say(conversation, message, body, (attachment, data))

    async def _say(
        self, conversation: Conversation, message: StoredMessage, body: Mapping[str, Any], file: File | None = None
    ) -> None:
        try:
            await self._api.post("messages", body, file)
        except ChannelError as error:
            if message.author is not Author.AGENT or error.reason not in ("elsewhere", "window_closed"):
                raise
            if error.reason == "elsewhere":
                # An agent of ours who writes takes the conversation back; the bot never does.
                await self.take_control(conversation.sender)
            else:
                # The platform's day ended before ours; a person may go on under the tag.
                body = {**body, **LATE}
            await self._api.post("messages", body, file)

    async def _say_the_rest(self, body: Mapping[str, Any]) -> None:
        for pause in (*self._pauses, None):
            try:
                await self._api.post("messages", body)
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
