"""The platforms' half of the wiring: which of them are set up, what each is made of. Only ``wiring.py`` asks here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from actions.records.database import Database
from bot.channels import messenger, web, wechat, wecom
from bot.channels.media_fetch import Download, MediaFetcher
from bot.channels.platform import Http, PlatformApi
from bot.channels.terminal import TerminalChannel
from bot.channels.tokens import MemoryShelf, Shelf, TokenSource
from bot.channels.wechat_callback import Secrets
from bot.channels.wechat_crypto import aes_key
from bot.channels.wecom_sync import WecomSync
from bot.gateway.platforms import Platforms
from bot.gateway.wecom import WecomInbox
from bot.gateway.wecom_states import StateKeeper
from bot.joining import Joining, JoinRules, Link
from bot.ports import Channel, ChannelBusy, ChannelError, Parts
from bot.settings import Settings
from bot.stores.callbacks import CallbackNonces, Cursors
from bot.stores.join_store import JoinStore
from bot.stores.media import MediaStore
from bot.stores.platform_tokens import TokenShelf

KNOWN = (wechat.CHANNEL, wecom.CHANNEL)


@dataclass
class BuiltPlatforms:
    """``channels`` send; ``gateway`` is what the routes work with. ``links`` open a channel with a secret, to join a
    chat to another one. ``close`` ends the connections."""

    http: Http
    gateway: Platforms
    channels: dict[str, Channel] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)

    async def close(self) -> None:
        await self.http.close()


def build_platforms(settings: Settings, database: Database) -> BuiltPlatforms:
    """A channel whose settings are not there is off: no route, no sender."""
    http, shelf = Http(), TokenShelf(database)
    media = MediaStore(database, settings.home)
    channels: dict[str, Channel] = {}
    sources: dict[str, Download] = {}
    links: dict[str, Link] = {}
    if settings.public_url:
        links[web.WebChannel.name] = partial(_widget_link, settings.public_url)
    gateway = Platforms(media, MediaFetcher(media, sources), CallbackNonces(database))
    if settings.wechat is not None:
        account = wechat_account(settings, http, shelf)
        channels[wechat.CHANNEL] = wechat.WechatChannel(account, media)
        sources[wechat.CHANNEL] = account.download
        links[wechat.CHANNEL] = account.scan_link
        gateway = replace(
            gateway, wechat=_secrets(settings.wechat.token, settings.wechat.app_id, settings.wechat.aes_key)
        )
    if settings.wecom is not None:
        company = wecom_account(settings, http, shelf)
        sender = wecom.WecomChannel(company, settings.wecom.servicers, media)
        channels[wecom.CHANNEL] = sender
        sources[wecom.CHANNEL] = company.download
        sync = WecomSync(company, Cursors(database))
        gateway = replace(
            gateway,
            wecom=_secrets(settings.wecom.token, settings.wecom.corp_id, settings.wecom.aes_key),
            ask_wecom=sync.ask,
        )
        # The inbox needs the very platforms that it becomes a part of.
        complete = gateway

        async def read_wecom(parts: Parts) -> None:
            await sync.run(WecomInbox(parts, complete, company, sender).take)

        async def keep_states(parts: Parts) -> None:
            await StateKeeper(parts, sender).run()

        gateway.beside.extend([read_wecom, keep_states])
    if settings.messenger is not None:
        page = messenger.MessengerChannel(settings.messenger, http, settings.public_url, files=media)
        channels[messenger.CHANNEL] = page
        sources[messenger.CHANNEL] = page.download
        if settings.messenger.page_id is not None:
            links[messenger.CHANNEL] = partial(_messenger_link, settings.messenger.page_id)
        gateway = replace(gateway, messenger=page)
    return BuiltPlatforms(http, gateway, channels, links)


def build_joining(database: Database, channels: Iterable[str], links: Mapping[str, Link], rules: JoinRules) -> Joining:
    """One customer on several of these channels; a terminal is nobody's second one."""
    return Joining(JoinStore(database), rules, frozenset(channels) - {TerminalChannel.name}, links)


async def try_tokens(settings: Settings) -> dict[str, str | None]:
    """For ``kefu doctor``: of each channel that is set up, None when its platform gives a token, else why not.

    Harmless beside a running Kefu: asked this way a platform gives the token that is in use.
    """
    http, outcomes = Http(), {}
    accounts: dict[str, wechat.WechatAccount | wecom.WecomAccount] = {}
    if settings.wechat is not None:
        accounts[wechat.CHANNEL] = wechat_account(settings, http)
    if settings.wecom is not None:
        accounts[wecom.CHANNEL] = wecom_account(settings, http)
    for name, account in accounts.items():
        outcomes[name] = await _why_no_token(account.tokens)
    await http.close()
    return outcomes


async def _widget_link(public_url: str, secret: str) -> str:
    return f"{public_url}/widget/?join={secret}"


async def _messenger_link(page_id: str, secret: str) -> str:
    return f"https://m.me/{page_id}?ref={secret}"


async def _why_no_token(tokens: TokenSource) -> str | None:
    try:
        await tokens.current()
    except (ChannelError, ChannelBusy) as error:
        return str(error)
    except Exception as error:
        return type(error).__name__
    return None


def wechat_account(settings: Settings, http: Http, shelf: Shelf | None = None) -> wechat.WechatAccount:
    given = settings.wechat
    assert given is not None
    api = PlatformApi(wechat.CHANNEL, http, given.api_base, wechat.ERRORS)
    return wechat.WechatAccount(given.app_id, given.app_secret, api, shelf or MemoryShelf())


def wecom_account(settings: Settings, http: Http, shelf: Shelf | None = None) -> wecom.WecomAccount:
    given = settings.wecom
    assert given is not None
    api = PlatformApi(wecom.CHANNEL, http, given.api_base, wecom.ERRORS)
    return wecom.WecomAccount(given.corp_id, given.secret, api, shelf or MemoryShelf())


def _secrets(token: str, receiver: str, key: str | None) -> Secrets:
    return Secrets(token, receiver, aes_key(key) if key else None)
