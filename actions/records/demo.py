"""Seeds the demo orders of ``demo.yml``, with dates relative to the day of seeding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection

from actions.records import clock, demo_care
from actions.records.database import Database
from actions.records.tables import courier_events, customers, order_items, orders, refunds
from lang.shop_clock import shop_zone

DEMO_FILE = Path(__file__).with_name("demo.yml")


async def seed(database: Database, today: date) -> None:
    """Add what is missing; ``today`` is the shop's day.

    What is there stays as it is, so that a restart does not undo a customer's cancellation.
    """
    await database.write(_seed, yaml.safe_load(DEMO_FILE.read_text("utf-8")), today)


def _seed(connection: Connection, demo: Mapping[str, Any], today: date) -> None:
    for customer in demo["customers"]:
        if not _exists(connection, customers.c.id, customer["id"]):
            connection.execute(customers.insert().values(**customer, last_four=customer["phone"][-4:]))
    for order in demo["orders"]:
        if not _exists(connection, orders.c.order_number, order["order_number"]):
            _add(connection, order, today)
    demo_care.seed(connection, today, clock.now())


def _exists(connection: Connection, column: Any, value: str) -> bool:
    return connection.execute(sa.select(column).where(column == value)).first() is not None


def _add(connection: Connection, order: Mapping[str, Any], today: date) -> None:
    number, items, events = order["order_number"], order["items"], order.get("events", [])
    total = sum(item["quantity"] * item["price"] for item in items)
    placed = _moment(order["placed"], today)
    connection.execute(
        orders.insert().values(
            order_number=number,
            customer_id=order["customer"],
            state=order["state"],
            placed_at=placed,
            total_minor=total,
            currency="CNY",
            payment_method=order["payment_method"],
            courier=order.get("courier"),
            tracking_number=order.get("tracking_number"),
            promised_on=_day(order.get("promised_in_days"), today),
            delivered_at=_moment(order.get("delivered"), today),
            cancelled_at=_moment(order.get("cancelled"), today),
            updated_at=_moment(events[-1], today) if events else placed,
        )
    )
    connection.execute(order_items.insert(), [_item(number, *numbered) for numbered in enumerate(items)])
    if events:
        rows = [_event(number, position, event, today) for position, event in enumerate(events)]
        connection.execute(courier_events.insert(), rows)
    if "refund" in order:
        connection.execute(refunds.insert().values(**_refund(order, total, today)))


def _item(order_number: str, position: int, item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "order_number": order_number,
        "position": position,
        "sku": item["sku"],
        "name_zh": item["zh"],
        "name_en": item["en"],
        "quantity": item["quantity"],
        "unit_price_minor": item["price"],
    }


def _event(order_number: str, position: int, event: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {
        "order_number": order_number,
        "position": position,
        "at": _moment(event, today),
        "text_zh": event["zh"],
        "text_en": event["en"],
    }


def _refund(order: Mapping[str, Any], total: int, today: date) -> dict[str, Any]:
    refund = order["refund"]
    return {
        "order_number": order["order_number"],
        "state": refund["state"],
        "amount_minor": total,
        "currency": "CNY",
        "payment_method": order["payment_method"],
        "requested_at": _moment(refund["requested"], today),
        "expected_on": _day(refund["expected_in_days"], today),
        "updated_at": _moment(refund["updated"], today),
    }


def _moment(given: Mapping[str, Any] | None, today: date) -> datetime | None:
    if given is None:
        return None
    return datetime.combine(today - timedelta(days=given["days_ago"]), time.fromisoformat(given["at"]), shop_zone())


def _day(offset: int | None, today: date) -> date | None:
    return None if offset is None else today + timedelta(days=offset)
