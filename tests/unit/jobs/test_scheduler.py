"""Jobs run when they are due, in one process of several, and a failing one stops none of the others."""

from __future__ import annotations

from datetime import timedelta

from actions.records.database import Database
from bot.jobs.scheduler import Job, Scheduler
from bot.stores.leases import DatabaseLease
from tests.unit.jobs.conftest import Clock


class Counts:
    def __init__(self, fails: bool = False) -> None:
        self.runs, self.fails = 0, fails

    async def run(self) -> int:
        self.runs += 1
        if self.fails:
            raise RuntimeError("no")
        return 1


async def test_each_runs_when_it_is_due(shop: Database, clock: Clock) -> None:
    often, seldom, broken = Counts(), Counts(), Counts(fails=True)
    jobs = [
        Job("broken", timedelta(minutes=1), broken.run),
        Job("often", timedelta(minutes=1), often.run),
        Job("seldom", timedelta(minutes=10), seldom.run),
    ]
    scheduler = Scheduler(jobs, DatabaseLease(shop, "jobs", now=clock), clock)
    for _ in range(4):
        await scheduler.run_due()
        clock.go_on(seconds=40)
    assert (often.runs, seldom.runs, broken.runs) == (2, 1, 2)


async def test_of_two_processes_one_runs_them_and_the_other_takes_over(shop: Database, clock: Clock) -> None:
    first, second = (DatabaseLease(shop, "jobs", lasts=timedelta(minutes=2), now=clock) for _ in range(2))
    assert await first.hold()
    assert not await second.hold()
    clock.go_on(minutes=1)
    assert await first.hold()
    clock.go_on(minutes=1.5)
    assert not await second.hold()
    clock.go_on(minutes=1)  # the first one has crashed
    assert await second.hold()
    assert not await first.hold()
    await second.let_go()
    assert await first.hold()


async def test_a_scheduler_stops_and_lets_go(shop: Database, clock: Clock) -> None:
    counts = Counts()
    scheduler = Scheduler([Job("one", timedelta(minutes=1), counts.run)], DatabaseLease(shop, "jobs", now=clock), clock)
    await scheduler.start()
    await scheduler.stop()
    assert await DatabaseLease(shop, "jobs", now=clock).hold()
