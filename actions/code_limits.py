"""The section ``identity_code`` of ``rules/limits.yml``: how long a one-time code is good, and how many are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CodeLimits:
    """``tries`` at one code; ``sent_per_…`` codes within ``window_minutes``."""

    valid_minutes: int
    tries: int
    sent_per_conversation: int
    sent_per_customer: int
    window_minutes: int


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_PROPERTIES = {
    "valid_minutes": _whole(1, 60),
    "tries": _whole(1, 10),
    "sent_per_conversation": _whole(1, 20),
    "sent_per_customer": _whole(1, 50),
    "window_minutes": _whole(1, 1440),
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": list(_PROPERTIES),
    "properties": _PROPERTIES,
}


def read(section: Mapping[str, Any]) -> CodeLimits:
    """The section, once it fits the schema."""
    return CodeLimits(**section)
