"""Waiting for live events with a time-out that loses none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.ports import Notifier

Event = Mapping[str, Any]


class Events:
    """One subscription, read with patience."""

    def __init__(self, source: AsyncIterator[Event]) -> None:
        self._source = source
        self._reading: asyncio.Task[Event] | None = None
        self._ended = False

    async def next(self, seconds: float, unless: asyncio.Task[None] | None = None) -> Event | None:
        """The next event; None when none came in time, or once ``unless`` is done."""
        waiting: set[asyncio.Task[Any]] = {unless} if unless is not None else set()
        if not self._ended:
            # A time-out must not cancel the reading: that would end an asynchronous generator for good.
            self._reading = self._reading or asyncio.create_task(_take(self._source))
            waiting.add(self._reading)
        if not waiting:
            # Nothing will come any more; the caller still looks at the store, at its own pace.
            await asyncio.sleep(seconds)
            return None
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return self._taken()

    def _taken(self) -> Event | None:
        if self._reading is None or not self._reading.done():
            return None
        finished, self._reading = self._reading, None
        if isinstance(finished.exception(), StopAsyncIteration):
            self._ended = True
            return None
        return finished.result()

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None


@asynccontextmanager
async def subscribed(notifier: Notifier, topic: str) -> AsyncIterator[Events]:
    """Subscribe first, then read the store: what happens in between is not missed."""
    async with notifier.subscribe(topic) as source:
        events = Events(source)
        try:
            yield events
        finally:
            await events.close()


async def _take(source: AsyncIterator[Event]) -> Event:
    return await source.__anext__()
