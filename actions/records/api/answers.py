"""What the shop's API answers, checked against a schema and made into our types. A wrong answer is an outage to us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import jsonschema

from actions.records.masking import mask_email, mask_name, mask_phone
from actions.records.models import BothLanguages, CourierEvent, Item, Order, Outcome, Profile, Refund

ORDER_STATES = ("paid", "in_transit", "delivered", "refunding", "refunded", "cancelled")
_RESULTS = ("done", "noted", "already", "refused", "unknown")
_MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$"
_TEXT = {"type": "string"}
_OPTIONAL_TEXT = {"type": ["string", "null"]}
_OPTIONAL_MOMENT = {"type": ["string", "null"], "pattern": _MOMENT}
_OPTIONAL_DAY = {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d$"}
_WORDS = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "object", "properties": {"zh": _TEXT, "en": _TEXT}, "minProperties": 1},
    ]
}


def _object(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    # Fields that we do not know are let through: the shop's API may say more than we asked.
    return {"type": "object", "required": [*required], "properties": {**required, **(optional or {})}}


_ITEM = _object({"name": _WORDS, "quantity": {"type": "integer"}, "unit_price_minor": {"type": "integer"}})
_EVENT = _object({"at": {"type": "string", "pattern": _MOMENT}, "text": _WORDS})
ORDER = _object(
    {
        "order_number": {"type": "string", "minLength": 1},
        "customer_id": {"type": "string", "minLength": 1},
        "state": {"enum": list(ORDER_STATES)},
        "placed_at": {"type": "string", "pattern": _MOMENT},
        "total_minor": {"type": "integer"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
    {
        "payment_method": _OPTIONAL_TEXT,
        "courier": _OPTIONAL_TEXT,
        "tracking_number": _OPTIONAL_TEXT,
        "promised_on": _OPTIONAL_DAY,
        "delivered_at": _OPTIONAL_MOMENT,
        "cancelled_at": _OPTIONAL_MOMENT,
        "items": {"type": "array", "items": _ITEM},
        "events": {"type": "array", "items": _EVENT},
    },
)
ORDERS = _object({"orders": {"type": "array", "items": ORDER}})
REFUND = _object(
    {
        "order_number": _TEXT,
        "state": {"enum": ["requested", "approved", "paid_out", "refused"]},
        "amount_minor": {"type": "integer"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "requested_at": {"type": "string", "pattern": _MOMENT},
    },
    {
        "payment_method": _OPTIONAL_TEXT,
        "expected_on": _OPTIONAL_DAY,
        "approved_at": _OPTIONAL_MOMENT,
        "paid_at": _OPTIONAL_MOMENT,
        "updated_at": _OPTIONAL_MOMENT,
    },
)
OWNER = _object({"customer_id": {"type": ["string", "null"]}})
CUSTOMER = _object({"customer_id": _TEXT, "name": _TEXT}, {"phone": _OPTIONAL_TEXT, "email": _OPTIONAL_TEXT})
OUTCOME = _object(
    {"result": {"enum": list(_RESULTS)}, "state": _TEXT},
    {
        "amount_minor": {"type": "integer"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "reason": {"enum": ["", "state", "too_late"]},
    },
)


class Malformed(Exception):
    """The answer is not what the contract says; the text tells where, and shows no value."""


def check(answer: Any, schema: Mapping[str, Any]) -> Any:
    """The answer itself; raises Malformed."""
    fault = next(jsonschema.Draft7Validator(schema).iter_errors(answer), None)
    if fault is not None:
        place = ".".join(map(str, fault.absolute_path)) or "the answer"
        raise Malformed(f"{place}: does not fulfil {fault.validator!r} ({str(fault.validator_value)[:80]})")
    return answer


def order(answer: Any) -> Order:
    given = check(answer, ORDER)
    events = [CourierEvent(_moment(event["at"]), _both(event["text"])) for event in given.get("events", ())]
    return Order(
        order_number=given["order_number"],
        customer_id=given["customer_id"],
        state=given["state"],
        placed_at=_moment(given["placed_at"]),
        total_minor=given["total_minor"],
        currency=given["currency"],
        payment_method=given.get("payment_method") or "",
        courier=given.get("courier"),
        tracking_number=given.get("tracking_number"),
        promised_on=_day(given.get("promised_on")),
        delivered_at=_optional_moment(given.get("delivered_at")),
        cancelled_at=_optional_moment(given.get("cancelled_at")),
        items=tuple(
            Item(_both(item["name"]), item["quantity"], item["unit_price_minor"]) for item in given.get("items", ())
        ),
        events=tuple(sorted(events, key=lambda event: event.at, reverse=True)),
    )


def orders(answer: Any, limit: int) -> list[Order]:
    """Newest first, whatever their order in the answer."""
    found = [order(each) for each in check(answer, ORDERS)["orders"]]
    return sorted(found, key=lambda each: (each.placed_at, each.order_number), reverse=True)[:limit]


def refund(answer: Any) -> Refund:
    given = check(answer, REFUND)
    requested = _moment(given["requested_at"])
    return Refund(
        order_number=given["order_number"],
        state=given["state"],
        amount_minor=given["amount_minor"],
        currency=given["currency"],
        payment_method=given.get("payment_method") or "",
        requested_at=requested,
        expected_on=_day(given.get("expected_on")),
        updated_at=_optional_moment(given.get("updated_at")) or requested,
        approved_at=_optional_moment(given.get("approved_at")),
        paid_at=_optional_moment(given.get("paid_at")),
    )


def owner(answer: Any) -> str | None:
    found: str | None = check(answer, OWNER)["customer_id"]
    return found or None


def customer(answer: Any) -> Profile:
    given = check(answer, CUSTOMER)
    phone, email = given.get("phone") or "", given.get("email") or ""
    return Profile(given["customer_id"], mask_name(given["name"]), mask_phone(phone), mask_email(email))


def outcome(answer: Any) -> Outcome:
    given = check(answer, OUTCOME)
    return Outcome(
        given["result"],
        given["state"],
        given.get("amount_minor", 0),
        given.get("currency", "CNY"),
        reason=given.get("reason", ""),
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Malformed("a moment that no calendar has") from None


def _optional_moment(text: str | None) -> datetime | None:
    return _moment(text) if text else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Malformed("a day that no calendar has") from None


def _both(given: str | Mapping[str, str]) -> BothLanguages:
    """A text in both languages; where the shop has only one, that one twice."""
    if isinstance(given, str):
        return {"zh": given, "en": given}
    zh, en = given.get("zh", ""), given.get("en", "")
    return {"zh": zh or en, "en": en or zh}
