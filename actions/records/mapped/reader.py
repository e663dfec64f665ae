"""Reads orders out of the shop's own tables: at most three queries, whatever the number of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import structlog
from sqlalchemy.engine import Connection

from actions.records.mapped import values
from actions.records.mapped.binding import BoundMapping
from actions.records.mapped.form import ORDER_STATES
from actions.records.masking import mask_email, mask_name, mask_phone
from actions.records.models import BothLanguages, CourierEvent, Item, Order, Profile, Refund
from actions.records.repository import same_digits

log = structlog.get_logger(__name__)

_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class Reader:
    """Each method runs in a transaction of its caller."""

    def __init__(self, bound: BoundMapping) -> None:
        self._bound = bound
        self._mapping = bound.mapping
        self._orders = bound.sections["orders"]

    def order(self, connection: Connection, order_number: str) -> Order | None:
        found = self._find(connection, self._orders.equals("order_number", [order_number]), 1)
        return found[0] if found else None

    def orders_of_customers(self, connection: Connection, customer_ids: Sequence[str], limit: int) -> list[Order]:
        return self._find(connection, self._orders.equals("customer_id", customer_ids), limit)

    def refund(self, connection: Connection, order_number: str) -> Refund | None:
        section = self._bound.sections.get("refunds")
        if section is None:
            return None
        query = section.select().where(section.equals("order_number", [order_number]))
        found = connection.execute(query.order_by(section.columns["requested_at"].desc())).first()
        return self._refund(section.section.values, section.row(found)) if found else None

    def owner(self, connection: Connection, order_number: str, last_four: str) -> str | None:
        query = self._orders.select().where(self._orders.equals("order_number", [order_number]))
        order = connection.execute(query).first()
        # An unknown order's customer is looked for as well: no step is left out that could be measured.
        customer = self._customer(connection, str(order.customer_id) if order else "")
        given = (customer or {}).get("last_four") or (customer or {}).get("phone")
        matches = same_digits(values.last_four(given), last_four)
        return str(order.customer_id) if order and matches else None

    def customer(self, connection: Connection, customer_id: str) -> Profile | None:
        row = self._customer(connection, customer_id)
        if row is None:
            return None
        phone = str(row.get("phone") or row.get("last_four") or "")
        name, email = str(row["name"] or ""), str(row.get("email") or "")
        return Profile(customer_id, mask_name(name), mask_phone(phone), mask_email(email))

    def state(self, raw: Any) -> str | None:
        """Our word for what stands in their column; None for what the mapping does not name."""
        words = self._orders.section.values.get("state", {})
        return words.get(str(raw)) or (str(raw) if str(raw) in ORDER_STATES else None)

    def total_minor(self, raw: Any) -> int:
        return values.minor_units(raw, decimal=self._mapping.decimal_money)

    def moment(self, raw: Any) -> datetime | None:
        return values.moment(raw, self._mapping.zone)

    def _customer(self, connection: Connection, customer_id: str) -> dict[str, Any] | None:
        section = self._bound.sections["customers"]
        row = connection.execute(section.select().where(section.equals("id", [customer_id]))).first()
        return section.row(row) if row else None

    def _find(self, connection: Connection, condition: Any, limit: int) -> list[Order]:
        placed, number = self._orders.columns["placed_at"], self._orders.columns["order_number"]
        query = self._orders.select().where(condition).order_by(placed.desc(), number.desc()).limit(limit)
        rows = [self._orders.row(row) for row in connection.execute(query)]
        numbers = [str(row["order_number"]) for row in rows]
        items = self._children(connection, "items", numbers)
        events = self._children(connection, "events", numbers)
        found = (self._order(row, items, events) for row in rows)
        return [order for order in found if order is not None]

    def _children(self, connection: Connection, name: str, numbers: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        section = self._bound.sections.get(name)
        found: dict[str, list[dict[str, Any]]] = {}
        if section is None or not numbers:
            return found
        query = section.select().where(section.equals("order_number", numbers))
        if "position" in section.columns:
            query = query.order_by(section.columns["position"])
        for row in map(section.row, connection.execute(query)):
            found.setdefault(str(row["order_number"]), []).append(row)
        return found

    def _order(self, row: Mapping[str, Any], items: Mapping[str, Any], events: Mapping[str, Any]) -> Order | None:
        number, state = str(row["order_number"]), self.state(row["state"])
        if state is None:
            # Better not found, and passed on to a person, than told wrongly.
            log.error("order_state_unknown", order=number, state=str(row["state"]), remedy="rules/records.yml")
            return None
        words = self._orders.section.values
        return Order(
            order_number=number,
            customer_id=str(row["customer_id"]),
            state=state,
            placed_at=self.moment(row["placed_at"]) or _LONG_AGO,
            total_minor=self.total_minor(row["total"]),
            currency=str(row.get("currency") or self._mapping.currency),
            payment_method=_word(words, "payment_method", row) or "",
            courier=_word(words, "courier", row),
            tracking_number=_text(row.get("tracking_number")),
            promised_on=values.day(row.get("promised_on"), self._mapping.zone),
            delivered_at=self.moment(row.get("delivered_at")),
            cancelled_at=self.moment(row.get("cancelled_at")),
            items=tuple(self._item(item) for item in items.get(number, ())),
            events=tuple(sorted(map(self._event, events.get(number, ())), key=lambda event: event.at, reverse=True)),
        )

    def _item(self, row: Mapping[str, Any]) -> Item:
        return Item(_both(row, "name"), int(row["quantity"] or 0), self.total_minor(row["unit_price"]))

    def _event(self, row: Mapping[str, Any]) -> CourierEvent:
        return CourierEvent(self.moment(row["at"]) or _LONG_AGO, _both(row, "text"))

    def _refund(self, words: Mapping[str, Mapping[str, str]], row: Mapping[str, Any]) -> Refund:
        requested = self.moment(row["requested_at"]) or _LONG_AGO
        return Refund(
            order_number=str(row["order_number"]),
            state=words.get("state", {}).get(str(row["state"]), "requested"),
            amount_minor=self.total_minor(row["amount"]),
            currency=str(row.get("currency") or self._mapping.currency),
            payment_method=_word(words, "payment_method", row) or "",
            requested_at=requested,
            expected_on=values.day(row.get("expected_on"), self._mapping.zone),
            updated_at=self.moment(row.get("updated_at")) or requested,
            approved_at=self.moment(row.get("approved_at")),
            paid_at=self.moment(row.get("paid_at")),
        )


def _word(words: Mapping[str, Mapping[str, str]], field: str, row: Mapping[str, Any]) -> str | None:
    """Our word for theirs; their own where the mapping names none."""
    raw = row.get(field)
    if raw in (None, ""):
        return None
    return words.get(field, {}).get(str(raw), str(raw))


def _both(row: Mapping[str, Any], field: str) -> BothLanguages:
    """A text in both languages; where the shop has only one, that one twice."""
    zh, en = (str(row.get(f"{field}_{language}") or row.get(field) or "") for language in ("zh", "en"))
    return {"zh": zh or en, "en": en or zh}


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
