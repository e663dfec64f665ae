"""The embedded queue: a doorbell inside one process. What must survive a crash is in the inbox, and swept up again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog

from bot.ports import ChannelBusy

log = structlog.get_logger(__name__)

Handler = Callable[[str], Awaitable[None]]
Sweep = Callable[[], Awaitable[list[str]]]


class InProcessQueue:
    """Calls ``handler(conversation_id)``: one at a time per conversation, at most ``concurrency`` at once.

    A handler that raises is called again after ``first_retry`` seconds, then twice as long each time up to
    ``longest_retry``. ``sweep`` lists conversations with unfinished work: rung at the start, and every ``sweep_every``
    seconds in case a bell was lost. Bells rung before ``start`` wait for it.
    """

    def __init__(
        self,
        handler: Handler,
        sweep: Sweep,
        *,
        concurrency: int = 8,
        first_retry: float = 0.5,
        longest_retry: float = 30.0,
        sweep_every: float = 5.0,
    ) -> None:
        self._handler = handler
        self._sweep = sweep
        self._slots = asyncio.Semaphore(concurrency)
        self._first_retry = first_retry
        self._longest_retry = longest_retry
        self._sweep_every = sweep_every
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._rung: set[str] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def ring_in(self, transaction: Any, conversation_id: str) -> None:
        """Nothing: the inbox is in the transaction, and a crash before ``ring`` is mended by the sweep."""

    async def ring(self, conversation_id: str) -> None:
        self._rung.add(conversation_id)
        if self._sweeper is not None and conversation_id not in self._serving:
            self._serving[conversation_id] = asyncio.create_task(self._serve(conversation_id))

    async def start(self) -> None:
        """Sweep once, so that what a crash left undone is under way on return, then serve until ``stop``."""
        unfinished = await self._sweep()
        self._sweeper = asyncio.create_task(self._sweep_now_and_then())
        for conversation_id in [*unfinished, *self._rung]:
            await self.ring(conversation_id)

    async def served(self, conversation_id: str) -> None:
        """Wait until every bell of this conversation has been answered."""
        while task := self._serving.get(conversation_id):
            await asyncio.wait({task})

    async def stop(self, grace: float = 10.0) -> None:
        """Let running handlers finish for ``grace`` seconds, then cut them short: the next start goes on from there."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
            self._sweeper = None
        self._stopping.set()
        self._rung.clear()
        tasks = list(self._serving.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, conversation_id: str) -> None:
        failures = 0
        try:
            while conversation_id in self._rung:
                self._rung.discard(conversation_id)
                try:
                    async with self._slots:
                        await self._handler(conversation_id)
                    failures = 0
                except Exception as error:
                    if self._stopping.is_set():
                        return
                    delay = min(self._first_retry * 2**failures, self._longest_retry)
                    failures = min(failures + 1, 30)  # larger powers fit into no float
                    _tell(conversation_id, delay, error)
                    self._rung.add(conversation_id)
                    with suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), delay)
                        return
        finally:
            del self._serving[conversation_id]

    async def _sweep_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_every)
            try:
                unfinished = await self._sweep()
            except Exception as error:
                log.exception("sweep_failed", error=repr(error))
                continue
            for conversation_id in unfinished:
                if conversation_id not in self._serving:
                    await self.ring(conversation_id)


def _tell(conversation_id: str, delay: float, error: Exception) -> None:
    if isinstance(error, ChannelBusy):
        # Usual at platforms, and nothing to look into: the message waits for a moment.
        log.info("platform_busy", conversation=conversation_id, retry_in=delay, error=str(error))
    else:
        log.exception("drain_failed", conversation=conversation_id, retry_in=delay, error=repr(error))
