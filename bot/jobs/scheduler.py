"""Runs the scheduled jobs of this process, while it holds the lease: a crash in one keeps no other from running."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


class Lease(Protocol):
    async def hold(self) -> bool:
        """Take it, or keep it; False while another process has it."""

    async def let_go(self) -> None: ...


@dataclass(frozen=True)
class Job:
    """``run`` does whatever is due now and returns how much that was; running it again at once does nothing."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[int]]


class Scheduler:
    """Looks every ``tick`` which jobs are due. A failed job is tried again when it is due the next time."""

    def __init__(
        self, jobs: Sequence[Job], lease: Lease, now: Callable[[], datetime], tick: timedelta = timedelta(seconds=20)
    ) -> None:
        self._jobs = tuple(jobs)
        self._lease = lease
        self._now = now
        self._tick = tick
        self._due: dict[str, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """The job under way is cut short: each is written so that the next run goes on from there."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        with suppress(Exception):
            await self._lease.let_go()

    async def run_due(self) -> None:
        """One look at the clock."""
        if not await self._lease.hold():
            return
        for job in self._jobs:
            now = self._now()
            if self._due.get(job.name, now) > now:
                continue
            self._due[job.name] = now + job.every
            try:
                done = await job.run()
            except Exception as error:
                log.exception("job_failed", job=job.name, error=repr(error))
            else:
                if done:
                    log.info("job_done", job=job.name, count=done)

    async def _go_on(self) -> None:
        while True:
            try:
                await self.run_due()
            except Exception as error:
                log.exception("jobs_not_looked_at", error=repr(error))
            await asyncio.sleep(self._tick.total_seconds())
