"""Read on at WeCom: page by page from where we were, each page stored before the place is.

A crash between the two reads a page again; each message's id makes it the same message. So nothing is lost or doubled,
and no transaction is held open while a thousand messages are stored.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog

from bot.channels.platform import PlatformRefusal
from bot.channels.wecom import SYNC, WecomAccount
from bot.channels.wecom_parse import Item, parse_item

PAGE = 1000
LOOK_SECONDS = 15.0
FIRST_LOOK_BACK_SECONDS = 3600.0
"""At the very first reading the platform lists three days; what is older than this was answered by others."""

log = structlog.get_logger(__name__)

Take = Callable[[Item], Awaitable[None]]


class Cursors(Protocol):
    """See ``stores/callbacks.py``."""

    async def ask(self, name: str, permit: str) -> None: ...

    async def asked(self) -> Sequence[Any]: ...

    async def move(self, name: str, position: str, *, done_with: str | None = None) -> None: ...


class WecomSync:
    """One reader a process. A cursor's name is the account's ``open_kfid``."""

    def __init__(self, account: WecomAccount, cursors: Cursors, now: Callable[[], float] = time.time) -> None:
        self._account = account
        self._cursors = cursors
        self._now = now
        self._rung = asyncio.Event()

    async def ask(self, open_kfid: str, permit: str) -> None:
        """The platform has something for us: noted for good, then read beside the request that told it."""
        await self._cursors.ask(open_kfid, permit)
        self._rung.set()

    async def run(self, take: Take) -> None:
        """Until cancelled: read whenever asked, and try again now and then what could not be read."""
        while True:
            self._rung.clear()
            try:
                await self.read_asked(take)
            except Exception as error:
                log.warning("wecom_sync_failed", error=repr(error))
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._rung.wait(), LOOK_SECONDS)

    async def read_asked(self, take: Take) -> None:
        for cursor in await self._cursors.asked():
            await self._read(cursor.name, cursor.position, cursor.permit, take)

    async def _read(self, open_kfid: str, position: str, permit: str, take: Take) -> None:
        since = 0.0 if position else self._now() - FIRST_LOOK_BACK_SECONDS
        more = True
        while more:
            page = await self._page(open_kfid, position, permit)
            items = page.get("msg_list")
            for item in items if isinstance(items, list) else []:
                if not since or _time_of(item) >= since:
                    await take(parse_item(item))
            moved = str(page.get("next_cursor") or "")
            # An empty page with more behind it is usual; one that leads nowhere would be read for ever.
            more = bool(page.get("has_more")) and moved not in ("", position)
            position = moved or position
            await self._cursors.move(open_kfid, position)
        await self._cursors.move(open_kfid, position, done_with=permit)

    async def _page(self, open_kfid: str, position: str, permit: str) -> dict[str, Any]:
        body = {"open_kfid": open_kfid, "cursor": position, "limit": PAGE}
        try:
            return await self._account.call(SYNC, {**body, "token": permit} if permit else body)
        except PlatformRefusal as refusal:
            if refusal.reason != "refused" or not permit:
                raise
            # The permit is good for ten minutes. Without it the platform answers too, only not as often.
            return await self._account.call(SYNC, body)


def _time_of(item: Any) -> float:
    try:
        return float(item["send_time"])
    except (KeyError, TypeError, ValueError):
        return 0.0
