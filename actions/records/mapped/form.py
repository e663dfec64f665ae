"""The form of ``rules/records.yml`` as a JSON schema. The fields' meaning is told in docs/your-orders.md."""

from __future__ import annotations

from typing import Any

ORDER_STATES = ("paid", "in_transit", "delivered", "refunding", "refunded", "cancelled")
REFUND_STATES = ("requested", "approved", "paid_out", "refused")

_NAME = {"type": "string", "minLength": 1}
_PLAIN = {"type": ["string", "number", "boolean", "null"]}
_COLUMN = {
    "anyOf": [
        _NAME,
        {
            "type": "object",
            "required": ["column"],
            "properties": {"column": _NAME, "table": _NAME},
            "additionalProperties": False,
        },
        {"type": "object", "required": ["value"], "properties": {"value": _PLAIN}, "additionalProperties": False},
    ]
}
_JOIN = {
    "type": "object",
    "required": ["table", "by"],
    "properties": {
        "table": _NAME,
        "as": _NAME,
        # Not "on" and "where": YAML reads a plain "on" as true.
        "by": {"type": "object", "minProperties": 1, "additionalProperties": _COLUMN},
        "only": {"type": "object", "additionalProperties": _PLAIN},
    },
    "additionalProperties": False,
}


def _section(
    required: tuple[str, ...], optional: tuple[str, ...] = (), words: dict[str, Any] | None = None
) -> dict[str, Any]:
    """``words``: field → the schema of what its values may become."""
    names = dict.fromkeys((*required, *optional), _COLUMN)
    values = {name: {"type": "object", "additionalProperties": schema} for name, schema in (words or {}).items()}
    return {
        "type": "object",
        "required": ["table", "columns"],
        "properties": {
            "table": _NAME,
            "joins": {"type": "array", "items": _JOIN},
            "columns": {
                "type": "object",
                "required": list(required),
                "properties": names,
                "additionalProperties": False,
            },
            "values": {"type": "object", "properties": values, "additionalProperties": False},
        },
        "additionalProperties": False,
    }


_PLAIN_SOURCES = "order_number|customer_id|kind|total|now|today|idempotency_key|message_id"
_FROM = rf"^({_PLAIN_SOURCES}|details(\..+)?|terms\..+|order\..+)$"
_VALUE = {
    "anyOf": [
        _PLAIN,
        {
            "type": "object",
            "required": ["from"],
            "properties": {
                "from": {"type": "string", "pattern": _FROM},
                "plus_days": {"type": ["integer", "string"]},
            },
            "additionalProperties": False,
        },
    ]
}
_VALUES = {"type": "object", "minProperties": 1, "additionalProperties": _VALUE}
_STEP = {
    "type": "object",
    "properties": {"set": _VALUES, "insert": _NAME, "values": _VALUES, "idempotency": _NAME},
    "additionalProperties": False,
}
_CHANGE = {
    "type": "object",
    "required": ["steps"],
    "properties": {
        "steps": {"type": "array", "items": _STEP, "minItems": 1},
        "result": {"enum": ["done", "noted"]},
    },
    "additionalProperties": False,
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["shop", "customers", "orders"],
    "properties": {
        "shop": {
            "type": "object",
            "required": ["money", "time_zone"],
            "properties": {
                "money": {"enum": ["decimal", "minor"]},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "time_zone": _NAME,
                "schema": _NAME,
            },
            "additionalProperties": False,
        },
        "customers": _section(("id", "name"), ("phone", "last_four", "email")),
        "orders": _section(
            ("order_number", "customer_id", "state", "placed_at", "total"),
            (
                *("currency", "payment_method", "courier", "tracking_number"),
                *("promised_on", "delivered_at", "cancelled_at"),
            ),
            {"state": {"enum": list(ORDER_STATES)}, "payment_method": _NAME, "courier": _NAME},
        ),
        "items": _section(("order_number", "quantity", "unit_price"), ("name", "name_zh", "name_en", "position")),
        "events": _section(("order_number", "at"), ("text", "text_zh", "text_en")),
        "refunds": _section(
            ("order_number", "state", "amount", "requested_at"),
            ("currency", "payment_method", "expected_on", "approved_at", "paid_at", "updated_at"),
            {"state": {"enum": list(REFUND_STATES)}, "payment_method": _NAME},
        ),
        "changes": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,31}$"},
            "additionalProperties": _CHANGE,
        },
    },
    "additionalProperties": False,
}
