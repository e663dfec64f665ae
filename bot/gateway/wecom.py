"""``/channels/wecom``: WeCom only tells that there is something; ``WecomSync`` reads it beside the request."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import structlog
from aiohttp import web

from bot.channels.platform import PlatformRefusal
from bot.channels.wechat_callback import Secrets, open_encrypted, open_encrypted_echo
from bot.channels.wechat_crypto import Refused
from bot.channels.wechat_parse import Ignored, Said
from bot.channels.wecom import WELCOME as WELCOME_ON_EVENT
from bot.channels.wecom import WecomAccount, WecomChannel
from bot.channels.wecom_parse import CHANNEL, ID, Entered, Item, NotSent, ServicerSaid, SessionChanged
from bot.conversation.compose import notice
from bot.conversation.events import tell_messages
from bot.gateway.platforms import Platforms, platforms_of, refusal, take
from bot.gateway.wechat import WELCOME
from bot.gateway.wecom_servicers import servicer_said, session_changed
from bot.http.errors import ApiError
from bot.messages import Delivery, Language
from bot.ports import ChannelBusy, Parts

WELCOME_WITHIN = timedelta(seconds=20)
_FIRST_LANGUAGE: Language = "zh"

log = structlog.get_logger("kefu.gateway")


def routes() -> list[web.RouteDef]:
    return [web.get("/channels/wecom", check_address), web.post("/channels/wecom", receive)]


async def check_address(request: web.Request) -> web.Response:
    """The console asks whether the address is ours: answer with what it sent, decrypted."""
    try:
        return web.Response(body=open_encrypted_echo(request.query, _secrets(platforms_of(request)), time.time()))
    except Refused as error:
        raise refusal(CHANNEL, error) from None


async def receive(request: web.Request) -> web.Response:
    """``success`` as soon as it is noted that there is something to read."""
    platforms = platforms_of(request)
    secrets, body = _secrets(platforms), await request.read()
    try:
        fields = open_encrypted(request.query, body, secrets, time.time()).fields
    except Refused as error:
        raise refusal(CHANNEL, error) from None
    account = fields.get("OpenKfId", "")
    if fields.get("Event") == "kf_msg_or_event" and ID.fullmatch(account) and platforms.ask_wecom is not None:
        await platforms.ask_wecom(account, fields.get("Token", "")[:512])
    else:
        log.info("callback_ignored", channel=CHANNEL)
    return web.Response(text="success")


class WecomInbox:
    """What is read from WeCom goes where it belongs."""

    def __init__(self, parts: Parts, platforms: Platforms, account: WecomAccount, channel: WecomChannel) -> None:
        self._parts = parts
        self._platforms = platforms
        self._account = account
        self._channel = channel

    async def take(self, item: Item) -> None:
        if isinstance(item, Said):
            # A conversation that had ended begins anew with the customer's words.
            self._channel.state_changed(item.incoming.sender, None)
            await take(self._parts, self._platforms, item.incoming, item.media)
        elif isinstance(item, Entered):
            await self._welcome(item)
        elif isinstance(item, NotSent):
            await self._not_sent(item)
        elif isinstance(item, ServicerSaid):
            await servicer_said(self._parts, self._channel, item)
        elif isinstance(item, SessionChanged):
            await session_changed(self._parts, self._channel, item)
        elif isinstance(item, Ignored):
            log.info("callback_ignored", channel=CHANNEL, kind=item.kind)

    async def _welcome(self, entered: Entered) -> None:
        """With the event's own code, which costs no quota and is good once."""
        if not entered.code or datetime.now(timezone.utc) - entered.at > WELCOME_WITHIN:
            return
        store = self._parts.store
        conversation = await store.open_conversation(CHANNEL, entered.sender, language=_FIRST_LANGUAGE)
        if conversation.last_seq:
            return
        draft = notice(self._parts.responses, WELCOME, conversation.language)
        draft = replace(draft, delivery=Delivery.SENT, endpoint=conversation.endpoint)
        try:
            body = {"code": entered.code, "msgtype": "text", "text": {"content": draft.text}}
            await self._account.call(WELCOME_ON_EVENT, body)
        except (PlatformRefusal, ChannelBusy) as error:
            log.info("welcome_not_sent", channel=CHANNEL, error=str(error))
            return
        said = await store.add_notice(conversation.id, draft)
        await tell_messages(self._parts.notifier, conversation.id, [said])

    async def _not_sent(self, item: NotSent) -> None:
        conversation = await self._parts.store.open_conversation(CHANNEL, item.sender, language=_FIRST_LANGUAGE)
        history = await self._parts.store.history(conversation.id, after=conversation.last_seq - 100)
        # Only what we sent in this very conversation: the id came from outside.
        failed = [message for message in history if message.id == item.message_id and message.delivery is Delivery.SENT]
        if failed:
            await self._parts.store.mark_delivery([item.message_id], Delivery.FAILED, reason="refused")
            await tell_messages(self._parts.notifier, conversation.id, failed)


def _secrets(platforms: Platforms) -> Secrets:
    if platforms.wecom is None:
        raise ApiError("not_found")
    return platforms.wecom
