"""What is done by the clock, put together for ``wiring.py``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from actions import links
from actions.limits import Limits
from actions.records import clock
from actions.records.choose import Opened
from actions.records.database import Database
from bot.jobs import rules as proactive
from bot.jobs.follow_ups import FollowUps
from bot.jobs.late_orders import LateOrders
from bot.jobs.overdue_complaints import OverdueComplaints
from bot.jobs.privacy import PrivacyRequests
from bot.jobs.scheduler import Job, Scheduler
from bot.jobs.settled_requests import EVERY, SettledRequests
from bot.ports import Parts
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.stores.dialogue_state import forgetting
from bot.stores.leases import DatabaseLease
from bot.stores.media import MediaStore

PRIVACY_EVERY = timedelta(minutes=1)
SESSIONS_EVERY = timedelta(hours=12)


def build_scheduler(
    parts: Parts,
    database: Database,
    opened: Opened,
    rules_folder: Path,
    settings: Settings,
    limits: Limits,
    accounts: Accounts,
) -> Scheduler:
    """Every process has one, and one of them runs it."""
    forget = forgetting(settings.home, settings.database_url)
    media = MediaStore(database, settings.home)
    copies = PrivacyRequests(parts, opened.records, database, limits.privacy, media, forget)
    rules = proactive.load(rules_folder / "proactive.yml")
    late_orders = LateOrders(parts, opened.records, database, rules)
    follow_ups = FollowUps(parts, database, rules.manners)
    overdue = OverdueComplaints(parts, database)
    jobs = [
        Job("late_orders", rules.late_orders.every, late_orders.run),
        Job("complaint_follow_ups", rules.follow_ups_every, follow_ups.run),
        Job("privacy_requests", PRIVACY_EVERY, copies.run),
        Job("overdue_complaints", rules.follow_ups_every, overdue.run),
        Job("ended_web_sessions", SESSIONS_EVERY, accounts.remove_ended_web_sessions),
    ]
    if opened.ledger is not None:
        jobs.append(Job("settled_requests", EVERY, SettledRequests(parts, opened.ledger).run))
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
