"""``rules/hours.yml``: read, checked, and turned into ``OpeningHours`` on the shop's clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, tzinfo
from pathlib import Path
from typing import Any

from bot.opening_hours import DAYS, OpeningHours, Stretch
from bot.rule_schema import schema_faults
from bot.rules import read_rules, refuse

HOURS_FILE = Path("rules/hours.yml")
_STRETCH = re.compile(r"([01]\d|2[0-4]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)")
_LIST = {"type": "array", "items": {"type": "string", "minLength": 1}}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "week": {"type": "object", "properties": dict.fromkeys(DAYS, _LIST), "additionalProperties": False},
        "days": {"type": "object", "additionalProperties": _LIST},
    },
    "required": ["week"],
    "additionalProperties": False,
}


def load_hours(path: Path, zone: tzinfo) -> OpeningHours:
    """Raises RulesError with every fault of the file; without the file it is always open."""
    if not path.is_file():
        return OpeningHours(zone)
    document = read_rules(path)
    # YAML reads 2026-10-01 as a date.
    document["days"] = {str(day): given for day, given in (document.get("days") or {}).items()}
    refuse(path, schema_faults(document, SCHEMA))
    refuse(path, list(_faults(document)))
    return OpeningHours(
        zone,
        {DAYS.index(day): _stretches(given) for day, given in document["week"].items()},
        {date.fromisoformat(day): _stretches(given) for day, given in document["days"].items()},
    )


def _faults(document: Mapping[str, Any]) -> Iterator[str]:
    for part in ("week", "days"):
        for day, given in document[part].items():
            if part == "days" and not _is_date(day):
                yield f"days, {day}: this is no date; write it like 2026-10-01"
            for text in given:
                stretch = _stretch(text)
                if stretch is None or not 0 <= stretch[0] < stretch[1] <= 1440:
                    yield f"{part}, {day}: {text!r} is no stretch of a day; write it like 09:00-18:00 or 09:00-24:00"


def _stretches(given: list[str]) -> tuple[Stretch, ...]:
    return tuple(stretch for text in given if (stretch := _stretch(text)))


def _stretch(text: str) -> Stretch | None:
    found = _STRETCH.fullmatch(text.strip())
    return (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
