"""Reads ``rules/limits.yml``: what the bot may do by itself. A fault names the file, the setting and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from actions import code_limits, complaint_limits
from actions.code_limits import CodeLimits
from actions.complaint_limits import ComplaintLimits
from lang.yaml_files import load_yaml, yaml_problem

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
class CancelLimits:
    """Order states in which the bot may cancel, and the days within which the money is promised back."""

    allowed_states: tuple[str, ...]
    refund_days: int


@dataclass(frozen=True)
class ExpediteLimits:
    """Order states in which a nudge makes sense, and the hours before the next one."""

    allowed_states: tuple[str, ...]
    once_in_hours: int


@dataclass(frozen=True)
class ChoiceLimits:
    """How many buttons of one kind a reply offers."""

    orders_shown: int
    topics_shown: int


@dataclass(frozen=True)
class Limits:
    identity: IdentityLimits
    cancel_order: CancelLimits
    expedite_order: ExpediteLimits
    choices: ChoiceLimits
    complaint: ComplaintLimits
    identity_code: CodeLimits


def _section(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_STATES = {"type": "array", "items": {"enum": list(ORDER_STATES)}, "uniqueItems": True}
_SCHEMA = _section(
    identity=_section(
        attempts_per_conversation=_whole(1, 20),
        attempts_per_order=_whole(1, 100),
        attempts_per_customer=_whole(1, 100),
        attempts_per_address=_whole(1, 1000),
        conversation_window_minutes=_whole(1, 43200),
        order_window_minutes=_whole(1, 43200),
        customer_window_minutes=_whole(1, 43200),
        address_window_minutes=_whole(1, 43200),
        verified_for_minutes=_whole(1, 43200),
    ),
    cancel_order=_section(allowed_states=_STATES, refund_days=_whole(1, 90)),
    expedite_order=_section(allowed_states=_STATES, once_in_hours=_whole(1, 720)),
    complaint=complaint_limits.SCHEMA,
    identity_code=code_limits.SCHEMA,
    choices=_section(orders_shown=_whole(1, 10), topics_shown=_whole(1, 5)),
)


def load(path: Path = LIMITS_FILE) -> Limits:
    """Raises LimitsError, a ValueError, that lists every fault of the file."""
    try:
        content = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LimitsError(f"{path}: cannot be read: {yaml_problem(error)}") from error
    faults = [
        f"{path.name}: {'.'.join(map(str, fault.absolute_path)) or 'the file'}: {fault.message}"
        for fault in jsonschema.Draft7Validator(_SCHEMA).iter_errors(content)
    ]
    if faults:
        raise LimitsError("\n".join(faults))
    cancel, expedite = content["cancel_order"], content["expedite_order"]
    return Limits(
        identity=IdentityLimits(**content["identity"]),
        cancel_order=CancelLimits(tuple(cancel["allowed_states"]), cancel["refund_days"]),
        expedite_order=ExpediteLimits(tuple(expedite["allowed_states"]), expedite["once_in_hours"]),
        choices=ChoiceLimits(**content["choices"]),
        complaint=complaint_limits.read(content["complaint"]),
        identity_code=code_limits.read(content["identity_code"]),
    )
