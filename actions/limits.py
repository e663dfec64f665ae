"""Reads ``rules/limits.yml``: what the bot may do by itself. A fault names the file, the setting and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions import code_limits, complaint_limits, privacy_limits
from actions.code_limits import CodeLimits
from actions.complaint_limits import ComplaintLimits
from actions.identity import steps
from actions.identity.steps import Step
from actions.privacy_limits import PrivacyLimits
from lang import rule_files
from lang.rule_files import section, whole

LIMITS_FILE = Path(__file__).resolve().parent.parent / "rules" / "limits.yml"
ORDER_STATES = ("paid", "in_transit", "delivered", "refunding", "refunded", "cancelled")


class LimitsError(ValueError):
    """``rules/limits.yml`` cannot be used; the text lists every fault."""


@dataclass(frozen=True)
class IdentityLimits:
    """How many wrong tries within how many minutes, by conversation, order, customer and network address."""

    attempts_per_conversation: int
    attempts_per_order: int
    attempts_per_customer: int
    attempts_per_address: int
    conversation_window_minutes: int
    order_window_minutes: int
    customer_window_minutes: int
    address_window_minutes: int
    verified_for_minutes: int


@dataclass(frozen=True)
class ServiceLimits:
    """When the bot may do one service by itself. None: this service has no such limit.

    Days are counted in the shop's calendar; amounts are whole units of the order's currency.
    """

    allowed_states: tuple[str, ...] = ORDER_STATES
    days_after_delivery: int | None = None
    days_if_faulty: int | None = None
    """The longer window of goods that are faulty or not what was ordered."""
    days_after_order: int | None = None
    once_in_hours: int | None = None
    once_in_days: int | None = None
    changes: int | None = None
    """How many times it may be changed afterwards."""
    alone_up_to: int | None = None
    """Up to this amount the bot grants a refund at once; above it, a person decides."""
    refund_days: int | None = None
    """The money is promised back within so many days."""
    answer_hours: int | None = None
    """A person answers within so many hours."""
    warranty_days: int | None = None
    postage: int | None = None
    late_days: int | None = None
    silent_days: int | None = None
    days_ahead: int | None = None
    first_hour: int | None = None
    last_hour: int | None = None
    window_hours: int | None = None
    changes_within_hours: int | None = None
    """So long what was asked for is changed by a second wish; later the second stands by itself."""
    change_until_hour: int | None = None
    """The hour of the day before until which a delivery can still be moved."""
    staff_areas: tuple[str, ...] = ()
    """Words in an address that only our staff can change an order to."""


@dataclass(frozen=True)
class ChoiceLimits:
    """How many buttons of one kind a reply offers."""

    orders_shown: int
    topics_shown: int


@dataclass(frozen=True)
class Limits:
    identity: IdentityLimits
    choices: ChoiceLimits
    complaint: ComplaintLimits
    identity_code: CodeLimits
    privacy: PrivacyLimits
    steps: Mapping[str, Step]
    services: Mapping[str, ServiceLimits]

    def of(self, service: str) -> ServiceLimits:
        """No limits at all for a service without a section."""
        return self.services.get(service, ServiceLimits())

    def step(self, service: str) -> Step:
        """How surely the customer must be known. Raises KeyError for a service without a step: nothing is guessed."""
        return self.steps[service]


_STATES = {"type": "array", "items": {"enum": list(ORDER_STATES)}, "uniqueItems": True}
_DAYS, _HOURS, _HOUR, _AMOUNT = whole(0, 3650), whole(1, 720), whole(0, 24), whole(0, 100_000)
_SERVICES: dict[str, dict[str, dict[str, Any]]] = {
    "cancel_order": {"refund_days": whole(1, 90)},
    "expedite_order": {"once_in_hours": _HOURS},
    "change_address": {"staff_areas": {"type": "array", "items": {"type": "string", "minLength": 2}}},
    "change_order": {"answer_hours": _HOURS},
    "schedule_delivery": {
        "days_ahead": whole(1, 60),
        "first_hour": _HOUR,
        "last_hour": _HOUR,
        "window_hours": whole(1, 12),
        "change_until_hour": _HOUR,
    },
    "return_item": {
        "days_after_delivery": _DAYS,
        "days_if_faulty": _DAYS,
        "answer_hours": _HOURS,
        "postage": _AMOUNT,
    },
    "exchange_item": {"days_after_delivery": _DAYS, "once_in_days": _DAYS, "answer_hours": _HOURS},
    "request_refund": {"days_after_delivery": _DAYS, "alone_up_to": _AMOUNT, "answer_hours": _HOURS},
    "request_repair": {"warranty_days": _DAYS, "answer_hours": _HOURS},
    "product_problem": {"days_if_faulty": _DAYS, "warranty_days": _DAYS, "answer_hours": _HOURS},
    "price_protection": {"days_after_order": _DAYS, "once_in_days": _DAYS, "answer_hours": _HOURS},
    "request_invoice": {"days_after_order": _DAYS, "changes": whole(0, 10), "answer_hours": _HOURS},
    "not_received": {
        "days_after_delivery": _DAYS,
        "late_days": _DAYS,
        "silent_days": _DAYS,
        "once_in_days": _DAYS,
        "answer_hours": _HOURS,
    },
    "wrong_or_damaged_item": {
        "days_after_delivery": _DAYS,
        "alone_up_to": _AMOUNT,
        "once_in_days": _DAYS,
        "answer_hours": _HOURS,
    },
}
_WITHOUT_ORDER = {"request_callback": {"first_hour": _HOUR, "last_hour": _HOUR, "changes_within_hours": _HOURS}}
"""Services that no order's state decides on."""
_SCHEMA = section(
    identity=section(
        attempts_per_conversation=whole(1, 20),
        attempts_per_order=whole(1, 100),
        attempts_per_customer=whole(1, 100),
        attempts_per_address=whole(1, 1000),
        conversation_window_minutes=whole(1, 43200),
        order_window_minutes=whole(1, 43200),
        customer_window_minutes=whole(1, 43200),
        address_window_minutes=whole(1, 43200),
        verified_for_minutes=whole(1, 43200),
    ),
    complaint=complaint_limits.SCHEMA,
    identity_code=code_limits.SCHEMA,
    identity_steps=steps.SCHEMA,
    privacy_export=privacy_limits.EXPORT_SCHEMA,
    privacy_erase=privacy_limits.ERASE_SCHEMA,
    choices=section(orders_shown=whole(1, 10), topics_shown=whole(1, 5)),
    **{name: section(allowed_states=_STATES, **settings) for name, settings in _SERVICES.items()},
    **{name: section(**settings) for name, settings in _WITHOUT_ORDER.items()},
)


def load(path: Path = LIMITS_FILE) -> Limits:
    """Raises LimitsError, a ValueError, that lists every fault of the file."""
    content = rule_files.read(path, _SCHEMA, LimitsError)
    return Limits(
        identity=IdentityLimits(**content["identity"]),
        choices=ChoiceLimits(**content["choices"]),
        complaint=complaint_limits.read(content["complaint"]),
        identity_code=code_limits.read(content["identity_code"]),
        privacy=privacy_limits.read(content["privacy_export"], content["privacy_erase"]),
        steps=steps.read(content["identity_steps"]),
        services={name: _service(content[name]) for name in (*_SERVICES, *_WITHOUT_ORDER)},
    )


def _service(section: Mapping[str, Any]) -> ServiceLimits:
    settings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in section.items()
    }
    return ServiceLimits(**settings)
