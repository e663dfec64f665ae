"""WeCom customer service (微信客服): sends, and keeps the service state in step with who owns the conversation.

The API lets messages through in the states 0 (new) and 1 (bot) only. So as long as agents answer at our desk, the
state stays 1; with agents who answer in WeCom itself (``KEFU_WECOM_SERVICERS``) waiting is its queue, and they are its
people.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bot.channels.platform import Errors, Files, PlatformApi, PlatformRefusal
from bot.channels.tencent import TencentAccount
from bot.channels.tokens import Shelf
from bot.channels.wecom_parse import CHANNEL, receiver_of
from bot.channels.wecom_render import render
from bot.messages import Attachment, Conversation, Owner, StoredMessage
from bot.ports import ChannelBusy

ERRORS = Errors(
    reasons={
        95001: "quota_spent",
        95002: "window_closed",
        95013: "state",
        95018: "state",
        40096: "blocked",
        48002: "permission",
        60011: "permission",
        60020: "permission",  # this server's address is not among the trusted ones
        95017: "permission",  # the API is switched off in the console
        40007: "media",
    },
    token=(40014, 41001, 42001),
    busy=(-1, 45009, 45033),
)
NEW, BOT, POOL, PERSON, ENDED = range(5)

SEND = "/cgi-bin/kf/send_msg"
SYNC = "/cgi-bin/kf/sync_msg"
WELCOME = "/cgi-bin/kf/send_msg_on_event"
STATE_GET = "/cgi-bin/kf/service_state/get"
STATE_TRANS = "/cgi-bin/kf/service_state/trans"

# What the platform shows; whatever else, also other pictures, is sent as a file.
_KINDS = {"image/jpeg": "image", "image/png": "image", "video/mp4": "video", "audio/amr": "voice"}

log = structlog.get_logger(__name__)


class WecomAccount(TencentAccount):
    """A company's customer service: its API and its token."""

    def __init__(
        self, corp_id: str, secret: str, api: PlatformApi, shelf: Shelf, now: Callable[[], float] = time.time
    ) -> None:
        async def fetch(another: bool) -> dict[str, Any]:
            # WeCom gives the same token until it ends, and has no way to ask for another.
            return await api.get("/cgi-bin/gettoken", {"corpid": corp_id, "corpsecret": secret})

        super().__init__(f"{CHANNEL}:{corp_id}", api, shelf, fetch, now)


class WecomChannel:
    """Each message carries our id, so the platform refuses a second one; but not by a code that tells so for sure.

    ``servicers``: our agents' user names → WeCom's userids.
    """

    name = CHANNEL
    resendable = False

    def __init__(
        self, account: WecomAccount, servicers: Mapping[str, str] | None = None, files: Files | None = None
    ) -> None:
        self._account = account
        self._servicers = dict(servicers or {})
        self._files = files
        self._states: dict[str, int] = {}
        self.agents = {userid: agent for agent, userid in self._servicers.items()}
        """The other way round."""
        self.on_sent: Callable[[str], object] = lambda conversation_id: None
        """Told the id of a conversation in which something was said."""

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        """Raises PlatformRefusal, ChannelBusy. WeCom knows no tag that would let a ``late`` message through."""
        open_kfid, customer = receiver_of(conversation.sender)
        head = {"touser": customer, "open_kfid": open_kfid}
        if message.attachment is not None:
            await self._say(conversation, {**head, **await self._file(message.attachment)})
        if message.text.strip() or message.buttons:
            for body in render(message):
                await self._say(conversation, {**head, **body})
        self.on_sent(conversation.id)

    def state_changed(self, sender: str, state: int | None) -> None:
        """The platform told it; None: not known any more."""
        if state is None:
            self._states.pop(sender, None)
        else:
            self._states[sender] = state

    async def _say(self, conversation: Conversation, body: Mapping[str, Any]) -> None:
        try:
            await self._account.call(SEND, body)
        except PlatformRefusal as refusal:
            if refusal.reason != "state":
                raise
            await self._take_back(conversation, refusal)
            await self._account.call(SEND, body)

    async def _take_back(self, conversation: Conversation, refusal: PlatformRefusal) -> None:
        """Bring the conversation back to the state in which the API may speak; raises PlatformRefusal."""
        answer = await self._account.call(STATE_GET, _whom(conversation))
        state = answer.get("service_state")
        self._states[conversation.sender] = state if isinstance(state, int) else NEW
        if state == ENDED:
            # Only the customer can open it again.
            raise PlatformRefusal(CHANNEL, refusal.code, "window_closed")
        if state in (NEW, BOT):
            raise refusal
        await self._trans(conversation, BOT, None)

    async def keep_step(self, conversation: Conversation) -> None:
        """Tell the platform who answers now, when it does not know yet."""
        state, servicer = self._wanted(conversation)
        if self._states.get(conversation.sender) == state:
            return
        try:
            await self._trans(conversation, state, servicer)
        except (PlatformRefusal, ChannelBusy) as error:
            # Nobody waits for this: the state is put right with the next message.
            log.warning("service_state_not_changed", conversation=conversation.id, state=state, error=str(error))

    def _wanted(self, conversation: Conversation) -> tuple[int, str | None]:
        if conversation.owner is Owner.CLOSED:
            return ENDED, None
        if conversation.owner is Owner.WAITING and self._servicers:
            return POOL, None
        servicer = self._servicers.get(conversation.agent or "") if conversation.owner is Owner.AGENT else None
        return (PERSON, servicer) if servicer else (BOT, None)

    async def _trans(self, conversation: Conversation, state: int, servicer: str | None) -> None:
        body: dict[str, Any] = {**_whom(conversation), "service_state": state}
        if servicer:
            body["servicer_userid"] = servicer
        await self._account.call(STATE_TRANS, body)
        self._states[conversation.sender] = state

    async def _file(self, attachment: Attachment) -> dict[str, Any]:
        data = await self._files.read(attachment) if self._files else None
        if data is None:
            raise PlatformRefusal(CHANNEL, 0, "media")
        kind = _KINDS.get(attachment.content_type, "file")
        media_id = await self._account.upload(kind, attachment.name, data, attachment.content_type)
        return {"msgtype": kind, kind: {"media_id": media_id}}


def _whom(conversation: Conversation) -> dict[str, str]:
    open_kfid, customer = receiver_of(conversation.sender)
    return {"open_kfid": open_kfid, "external_userid": customer}
