"""Reads the order records. Whoever calls this has checked that the customer may see the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.database import Database
from actions.records.models import CourierEvent, Item, Order, Refund
from actions.records.tables import courier_events, order_items, orders, refunds


class OrderReader:
    """Orders and refunds of the shop's own database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, order_number: str) -> Order | None:
        found = await self._database.read(_orders, orders.c.order_number == order_number, limit=1)
        return found[0] if found else None

    async def orders_of_customer(self, customer_id: str, limit: int = 50) -> list[Order]:
        """Newest first."""
        return await self._database.read(_orders, orders.c.customer_id == customer_id, limit=limit)

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        """Newest first."""
        return await self._database.read(_orders, orders.c.customer_id.in_(customer_ids), limit=limit)

    async def refund(self, order_number: str) -> Refund | None:
        return await self._database.read(_refund, order_number)


def _refund(connection: Connection, order_number: str) -> Refund | None:
    row = connection.execute(sa.select(refunds).where(refunds.c.order_number == order_number)).first()
    return Refund(**row._mapping) if row else None


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
