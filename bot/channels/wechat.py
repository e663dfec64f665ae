"""The WeChat Official Account: sends by the customer-service message API. ``wechat_parse.py`` reads, this speaks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bot.channels.platform import Errors, Files, PlatformApi, PlatformRefusal
from bot.channels.tencent import TencentAccount
from bot.channels.tokens import Shelf
from bot.channels.wechat_parse import CHANNEL
from bot.channels.wechat_render import render
from bot.messages import Attachment, Conversation, StoredMessage

ERRORS = Errors(
    reasons={
        45015: "window_closed",
        45047: "quota_spent",
        43004: "blocked",  # does not follow the account any more
        43019: "blocked",
        48002: "blocked",  # the customer has switched messages off
        50002: "blocked",
        48001: "permission",  # the account has no customer-service messages
        48004: "permission",
        48006: "permission",
        45009: "permission",  # the whole account's calls for today are spent
        40007: "media",
    },
    token=(40001, 40014, 41001, 42001),
    busy=(-1, 45011),
)

SEND = "/cgi-bin/message/custom/send"
SCAN_SECONDS = 3600
"""How long a QR code leads to us; the secret in it may be good for less."""
MAKE_QR = "/cgi-bin/qrcode/create"
SHOW_QR = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="
TOKEN = "/cgi-bin/stable_token"  # noqa: S105 (an address)


class WechatAccount(TencentAccount):
    """One official account: its API and its token."""

    def __init__(
        self, app_id: str, app_secret: str, api: PlatformApi, shelf: Shelf, now: Callable[[], float] = time.time
    ) -> None:
        body = {"grant_type": "client_credential", "appid": app_id, "secret": app_secret}

        async def fetch(another: bool) -> dict[str, Any]:
            return await api.post(TOKEN, {**body, "force_refresh": another}, {})

        super().__init__(f"{CHANNEL}:{app_id}", api, shelf, fetch, now)

    async def scan_link(self, scene: str) -> str:
        """The address of a QR code; whoever scans it comes to the account with this ``scene``, at most 64 characters.

        Raises PlatformRefusal, ChannelBusy.
        """
        body = {"expire_seconds": SCAN_SECONDS, "action_name": "QR_STR_SCENE"}
        answer = await self.call(MAKE_QR, {**body, "action_info": {"scene": {"scene_str": scene}}})
        return SHOW_QR + quote(str(answer["ticket"]), safe="")


class WechatChannel:
    """Not resendable: the API takes no id of ours, so a message sent twice would be read twice."""

    name = CHANNEL
    resendable = False

    def __init__(self, account: WechatAccount, files: Files | None = None) -> None:
        self._account = account
        self._files = files

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        """Raises PlatformRefusal, ChannelBusy. WeChat knows no tag that would let a ``late`` message through."""
        if message.attachment is not None:
            await self._send_file(conversation, message.attachment)
        if message.text.strip() or message.buttons:
            await self._account.call(SEND, render(message, conversation.sender))

    async def _send_file(self, conversation: Conversation, attachment: Attachment) -> None:
        data = await self._files.read(attachment) if self._files else None
        kind = attachment.content_type.partition("/")[0]
        if data is None or kind not in ("image", "video", "audio"):
            raise PlatformRefusal(CHANNEL, 0, "media")
        kind = "voice" if kind == "audio" else kind
        media_id = await self._account.upload(kind, attachment.name, data, attachment.content_type)
        body = {"touser": conversation.sender, "msgtype": kind, kind: {"media_id": media_id}}
        await self._account.call(SEND, body)
