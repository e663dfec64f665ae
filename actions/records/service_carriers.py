"""Carries out services in our own tables: a new address, a return, a refund. Every other kind waits for the staff.

The conditions were checked, and the order is locked, when these are called (``changes.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.models import Outcome
from actions.records.port import Request
from actions.records.tables import order_addresses, orders, refunds


def change_address(connection: Connection, request: Request, now: datetime) -> Outcome:
    """The warehouse reads the latest address of an order that has one here."""
    number = request.order_number
    connection.execute(order_addresses.delete().where(order_addresses.c.order_number == number))
    connection.execute(
        order_addresses.insert().values(
            order_number=number, address=str(request.details["new_address"]), updated_at=now
        )
    )
    return Outcome("done", _row(connection, request).state)


def refund(connection: Connection, request: Request, now: datetime) -> Outcome:
    """Starts the refund of ``terms["amount_minor"]``: approved at once where the rules grant it, else for review.

    An order is refunded once: one with a refund on its way gets ``already``.
    """
    row = _row(connection, request)
    if _has_refund(connection, request.order_number):
        return Outcome("already", row.state)
    granted, amount = bool(request.terms["granted"]), int(request.terms["amount_minor"])
    connection.execute(
        refunds.insert().values(
            order_number=request.order_number,
            state="approved" if granted else "requested",
            amount_minor=amount,
            currency=row.currency,
            payment_method=row.payment_method,
            requested_at=now,
            # Counted from the goods' arrival or the staff's decision: no day can be promised yet.
            expected_on=None,
            updated_at=now,
        )
    )
    connection.execute(
        orders.update().where(orders.c.order_number == request.order_number).values(state="refunding", updated_at=now)
    )
    return Outcome("done" if granted else "noted", "refunding", amount, row.currency)


def refund_if_wished(connection: Connection, request: Request, now: datetime) -> Outcome:
    """Wrong or damaged goods: a refund where the customer chose one, else the staff send a replacement."""
    if "amount_minor" in request.terms:
        return refund(connection, request, now)
    return Outcome("noted", _row(connection, request).state)


def _has_refund(connection: Connection, order_number: str) -> bool:
    return (
        connection.execute(sa.select(refunds.c.state).where(refunds.c.order_number == order_number)).first() is not None
    )


def _row(connection: Connection, request: Request) -> Any:
    theirs = sa.and_(orders.c.order_number == request.order_number, orders.c.customer_id == request.customer_id)
    return connection.execute(sa.select(orders).where(theirs)).one()


SERVICE_CARRIERS = {
    "change_address": change_address,
    "return_item": refund,
    "request_refund": refund,
    "wrong_or_damaged_item": refund_if_wished,
}
