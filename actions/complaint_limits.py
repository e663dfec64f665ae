"""The section ``complaint`` of ``rules/limits.yml``: what the bot may grant by itself, and by when we answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_STATES = ["paid", "in_transit", "delivered", "refunding", "refunded", "cancelled"]


@dataclass(frozen=True)
class ComplaintLimits:
    """Amounts in whole units of the order's currency; 0 grants nothing of that kind."""

    answer_hours: int
    follow_up_hours: int
    days_after_order: int
    once_in_days: int
    """One remedy an order in so many days."""
    coupon: int
    coupon_days: int
    """How long a coupon can be used."""
    shipping_fee: int
    redelivery_states: tuple[str, ...]


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_PROPERTIES: dict[str, dict[str, Any]] = {
    "answer_hours": _whole(1, 720),
    "follow_up_hours": _whole(1, 720),
    "days_after_order": _whole(1, 3650),
    "once_in_days": _whole(1, 3650),
    "coupon": _whole(0, 100_000),
    "coupon_days": _whole(1, 3650),
    "shipping_fee": _whole(0, 100_000),
    "redelivery_states": {"type": "array", "items": {"enum": _STATES}, "uniqueItems": True},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": list(_PROPERTIES),
    "properties": _PROPERTIES,
}


def read(section: Mapping[str, Any]) -> ComplaintLimits:
    """The section, once it fits the schema."""
    return ComplaintLimits(**{**section, "redelivery_states": tuple(section["redelivery_states"])})
