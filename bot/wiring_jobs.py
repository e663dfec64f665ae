"""What is done by the clock, put together for ``wiring.py``."""

from __future__ import annotations

from pathlib import Path

from actions import links
from actions.records import clock
from actions.records.database import Database
from actions.records.port import OrderRecords
from bot.jobs import rules as proactive
from bot.jobs.follow_ups import FollowUps
from bot.jobs.late_orders import LateOrders
from bot.jobs.scheduler import Job, Scheduler
from bot.ports import Parts
from bot.stores.leases import DatabaseLease


def build_scheduler(parts: Parts, database: Database, records: OrderRecords, rules_folder: Path) -> Scheduler:
    """Every process has one, and one of them runs it."""
    rules = proactive.load(rules_folder / "proactive.yml")
    late_orders = LateOrders(parts, records, database, rules)
    follow_ups = FollowUps(parts, database, rules.manners)
    jobs = [
        Job("late_orders", rules.late_orders.every, late_orders.run),
        Job("complaint_follow_ups", rules.follow_ups_every, follow_ups.run),
    ]
    return Scheduler(jobs, DatabaseLease(database, "jobs"), clock.now)


def care_faults(rules_folder: Path) -> list[str]:
    """What is wrong in ``links.yml`` and ``proactive.yml``, one line each."""
    faults: list[str] = []
    try:
        links.load(rules_folder / "links.yml")
    except links.LinksError as error:
        faults += str(error).splitlines()
    try:
        proactive.load(rules_folder / "proactive.yml")
    except proactive.ProactiveRulesError as error:
        faults += str(error).splitlines()
    return faults
