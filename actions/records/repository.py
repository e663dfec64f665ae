"""Reads the order records. Whoever calls this has checked that the customer may see the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.records.database import reading
from actions.records.models import CourierEvent, Item, Order, Refund
from actions.records.tables import courier_events, order_items, orders, refunds


class OrderReader:
    """Orders and refunds of the shop's own database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def order(self, order_number: str) -> Order | None:
        async with reading(self._engine) as connection:
            found = await _orders(connection, orders.c.order_number == order_number, limit=1)
        return found[0] if found else None

    async def orders_of_customer(self, customer_id: str, limit: int = 50) -> list[Order]:
        """Newest first."""
        async with reading(self._engine) as connection:
            return await _orders(connection, orders.c.customer_id == customer_id, limit=limit)

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        """Newest first."""
        async with reading(self._engine) as connection:
            return await _orders(connection, orders.c.customer_id.in_(customer_ids), limit=limit)

    async def refund(self, order_number: str) -> Refund | None:
        async with reading(self._engine) as connection:
            row = (await connection.execute(sa.select(refunds).where(refunds.c.order_number == order_number))).first()
        return Refund(**row._mapping) if row else None


async def _orders(connection: AsyncConnection, condition: Any, limit: int) -> list[Order]:
    newest_first = orders.c.placed_at.desc(), orders.c.order_number.desc()
    rows = (await connection.execute(sa.select(orders).where(condition).order_by(*newest_first).limit(limit))).all()
    numbers = [row.order_number for row in rows]
    items = await _children(connection, order_items, numbers)
    events = await _children(connection, courier_events, numbers)
    return [_order(row, items.get(row.order_number, []), events.get(row.order_number, [])) for row in rows]


async def _children(connection: AsyncConnection, table: Any, numbers: Sequence[str]) -> dict[str, list[Any]]:
    if not numbers:
        return {}
    query = sa.select(table).where(table.c.order_number.in_(numbers)).order_by(table.c.position)
    found: dict[str, list[Any]] = {}
    for row in await connection.execute(query):
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
