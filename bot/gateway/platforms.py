"""What the routes of the platforms share: which are set up, their secrets and shelves, and the work beside requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog
from aiohttp import web

from bot.channels.media_fetch import MediaFetcher
from bot.channels.messenger import MessengerChannel
from bot.channels.wechat_callback import Opened, Secrets
from bot.channels.wechat_crypto import Refused
from bot.channels.wechat_parse import Media
from bot.channels.xml_fields import BrokenXml
from bot.conversation.accept import EmptyMessage, UnknownPayload, accept
from bot.http.context import CONTEXT
from bot.http.errors import ApiError
from bot.messages import Incoming
from bot.ports import Parts
from bot.stores.callbacks import CallbackNonces
from bot.stores.media import MediaStore

log = structlog.get_logger("kefu.gateway")


@dataclass(frozen=True)
class Platforms:
    """``wechat``, ``wecom``, ``messenger``: None when not set up. ``beside``: what runs as long as the server does."""

    media: MediaStore
    fetcher: MediaFetcher
    nonces: CallbackNonces
    wechat: Secrets | None = None
    wecom: Secrets | None = None
    messenger: MessengerChannel | None = None
    ask_wecom: Callable[[str, str], Awaitable[None]] | None = None
    beside: list[Callable[[Parts], Awaitable[None]]] = field(default_factory=list)


PLATFORMS = web.AppKey("platforms", Platforms)


def platforms_of(request: web.Request) -> Platforms:
    platforms = request.config_dict.get(PLATFORMS)
    if platforms is None:
        raise ApiError("not_found")
    return platforms


def refusal(channel: str, error: Refused) -> ApiError:
    """What a stranger reads: the same for every reason, and nothing of what they sent."""
    log.warning("callback_refused", channel=channel, reason=error.reason)
    return ApiError("bad_request.http" if isinstance(error, BrokenXml) else "refused_callback")


async def check_replay(platforms: Platforms, channel: str, opened: Opened) -> None:
    """Raises Refused when an overheard signature carries another body."""
    if opened.once and not await platforms.nonces.is_new_or_same(channel, opened.once, opened.digest):
        raise Refused("replay")


async def take(parts: Parts, platforms: Platforms, incoming: Incoming, media: Media | None) -> None:
    """Store what a customer said; on return it may be acknowledged. Its file follows."""
    if media is not None:
        attachment = await platforms.media.promise(incoming.channel, media.media_id, media.kind, media.name)
        incoming = replace(incoming, attachment=attachment)
    try:
        await accept(parts, incoming)
    except UnknownPayload:
        await accept(parts, replace(incoming, payload=None))
    except EmptyMessage:
        log.info("message_empty", channel=incoming.channel)
    if media is not None:
        platforms.fetcher.ring()


async def work_beside(app: web.Application) -> AsyncIterator[None]:
    """Fetch files and read on at the platforms while the server runs."""
    platforms, parts = app[PLATFORMS], app[CONTEXT].parts
    tasks = [asyncio.create_task(platforms.fetcher.run())]
    tasks += [asyncio.ensure_future(work(parts)) for work in platforms.beside]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
