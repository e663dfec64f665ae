"""Reads ``rules/proactive.yml``: when the bot speaks first. A fault names the file, the setting and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bot.conversation.speak_first import Manners
from lang.yaml_files import load_yaml, yaml_problem


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


def _section(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_SCHEMA = _section(
    quiet_hours=_section(**{"from": _whole(0, 23), "to": _whole(0, 23)}),
    channels={"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
    late_orders=_section(
        every_minutes=_whole(1, 1440),
        days_after_promise=_whole(0, 60),
        silent_days=_whole(1, 60),
        known_for_days=_whole(1, 365),
    ),
    follow_ups=_section(every_minutes=_whole(1, 1440)),
)


def load(path: Path) -> ProactiveRules:
    """Raises ProactiveRulesError that lists every fault of the file."""
    try:
        content = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProactiveRulesError(f"{path}: cannot be read: {yaml_problem(error)}") from error
    faults = [
        f"{path.name}: {'.'.join(map(str, fault.absolute_path)) or 'the file'}: {fault.message}"
        for fault in jsonschema.Draft7Validator(_SCHEMA).iter_errors(content)
    ]
    if faults:
        raise ProactiveRulesError("\n".join(faults))
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
