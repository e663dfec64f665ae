"""Fetch customers' files from their platform, soon after the message was stored and until it works."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog

from bot.channels.platform import PlatformRefusal

LOOK_SECONDS = 20.0
log = structlog.get_logger(__name__)

Download = Callable[[str], Awaitable[bytes]]


class Media(Protocol):
    """See ``stores/media.py``."""

    async def due(self, channels: list[str]) -> Sequence[Any]: ...

    async def keep(self, file: Any, data: bytes) -> Any: ...

    async def failed(self, file: Any, *, for_good: bool = False) -> None: ...


class MediaFetcher:
    """``sources``: for each channel how a media id becomes bytes."""

    def __init__(self, media: Media, sources: Mapping[str, Download]) -> None:
        self._media = media
        self._sources = sources
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There is a new one."""
        self._rung.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._rung.clear()
            try:
                await self.fetch_due()
            except Exception as error:
                log.exception("media_sweep_failed", error=repr(error))
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._rung.wait(), LOOK_SECONDS)

    async def fetch_due(self) -> None:
        for file in await self._media.due(list(self._sources)):
            await self._fetch(file)

    async def _fetch(self, file: Any) -> None:
        try:
            data = await self._sources[file.channel](file.media_id)
        except PlatformRefusal as refusal:
            log.warning("media_refused", channel=file.channel, file=file.id, code=refusal.code)
            # A media id that is wrong or too old does not get better.
            await self._media.failed(file, for_good=refusal.reason == "media")
        except Exception as error:
            log.warning("media_failed", channel=file.channel, file=file.id, error=type(error).__name__)
            await self._media.failed(file)
        else:
            await self._media.keep(file, data)
