"""Reads our own tables; each function runs in a transaction of its caller."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.masking import mask_email, mask_name, mask_phone
from actions.records.models import CourierEvent, Item, Order, Profile, Refund
from actions.records.tables import courier_events, customers, order_items, orders, refunds

_NO_SUCH_ORDER = "????"
"""Compared with in place of an unknown order's digits; no four digits are equal to it."""


def order(connection: Connection, order_number: str) -> Order | None:
    found = _orders(connection, orders.c.order_number == order_number, limit=1)
    return found[0] if found else None


def orders_of_customers(connection: Connection, customer_ids: Sequence[str], limit: int) -> list[Order]:
    """Newest first."""
    return _orders(connection, orders.c.customer_id.in_(customer_ids), limit=limit)


def refund(connection: Connection, order_number: str) -> Refund | None:
    row = connection.execute(sa.select(refunds).where(refunds.c.order_number == order_number)).first()
    return Refund(**row._mapping) if row else None


def owner(connection: Connection, order_number: str, last_four: str) -> str | None:
    """The customer of the order, if these are the last four digits of their phone; the same steps for every number."""
    query = (
        sa.select(customers.c.id, customers.c.last_four)
        .join(orders, orders.c.customer_id == customers.c.id)
        .where(orders.c.order_number == order_number)
    )
    row = connection.execute(query).first()
    matches = same_digits(row.last_four if row else None, last_four)
    return row.id if row and matches else None


def same_digits(expected: str | None, given: str) -> bool:
    """Compared in constant time, an unknown order's as well."""
    digits = expected if expected and len(expected) == 4 else _NO_SUCH_ORDER
    return hmac.compare_digest(digits.encode(), given.encode())


def customer(connection: Connection, customer_id: str) -> Profile | None:
    row = connection.execute(sa.select(customers).where(customers.c.id == customer_id)).first()
    if row is None:
        return None
    return Profile(row.id, mask_name(row.name), mask_phone(row.phone), mask_email(row.email or ""))


def _orders(connection: Connection, condition: Any, limit: int) -> list[Order]:
    newest_first = orders.c.placed_at.desc(), orders.c.order_number.desc()
    rows = connection.execute(sa.select(orders).where(condition).order_by(*newest_first).limit(limit)).all()
    numbers = [row.order_number for row in rows]
    items = _children(connection, order_items, numbers)
    events = _children(connection, courier_events, numbers)
    return [_order(row, items.get(row.order_number, []), events.get(row.order_number, [])) for row in rows]


def _children(connection: Connection, table: Any, numbers: Sequence[str]) -> dict[str, list[Any]]:
    if not numbers:
        return {}
    query = sa.select(table).where(table.c.order_number.in_(numbers)).order_by(table.c.position)
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.order_number, []).append(row)
    return found


def _order(row: Any, items: Sequence[Any], events: Sequence[Any]) -> Order:
    return Order(
        order_number=row.order_number,
        customer_id=row.customer_id,
        state=row.state,
        placed_at=row.placed_at,
        total_minor=row.total_minor,
        currency=row.currency,
        payment_method=row.payment_method,
        courier=row.courier,
        tracking_number=row.tracking_number,
        promised_on=row.promised_on,
        delivered_at=row.delivered_at,
        cancelled_at=row.cancelled_at,
        items=tuple(
            Item({"zh": item.name_zh, "en": item.name_en}, item.quantity, item.unit_price_minor) for item in items
        ),
        events=tuple(
            CourierEvent(event.at, {"zh": event.text_zh, "en": event.text_en})
            for event in sorted(events, key=lambda event: event.at, reverse=True)
        ),
    )
