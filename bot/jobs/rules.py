"""Reads ``rules/proactive.yml``: when the bot speaks first. A fault names the file, the setting and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.conversation.speak_first import Manners
from lang import rule_files
from lang.rule_files import section, whole


class ProactiveRulesError(ValueError):
    """``rules/proactive.yml`` cannot be used; the text lists every fault."""


@dataclass(frozen=True)
class LateOrderRules:
    every: timedelta
    days_after_promise: int
    silent_days: int
    known_for: timedelta


@dataclass(frozen=True)
class ProactiveRules:
    manners: Manners
    late_orders: LateOrderRules
    follow_ups_every: timedelta


_SCHEMA = section(
    quiet_hours=section(**{"from": whole(0, 23), "to": whole(0, 23)}),
    channels={"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
    late_orders=section(
        every_minutes=whole(1, 1440),
        days_after_promise=whole(0, 60),
        silent_days=whole(1, 60),
        known_for_days=whole(1, 365),
    ),
    follow_ups=section(every_minutes=whole(1, 1440)),
)


def load(path: Path) -> ProactiveRules:
    """Raises ProactiveRulesError that lists every fault of the file."""
    content = rule_files.read(path, _SCHEMA, ProactiveRulesError)
    quiet, late = content["quiet_hours"], content["late_orders"]
    return ProactiveRules(
        manners=Manners(frozenset(content["channels"]), quiet["from"], quiet["to"]),
        late_orders=LateOrderRules(
            timedelta(minutes=late["every_minutes"]),
            late["days_after_promise"],
            late["silent_days"],
            timedelta(days=late["known_for_days"]),
        ),
        follow_ups_every=timedelta(minutes=content["follow_ups"]["every_minutes"]),
    )
