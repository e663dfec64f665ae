"""Changes the order records: each at most once a message, and only while the rules and the order's state allow it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from actions.records import clock
from actions.records.database import Database
from actions.records.models import Outcome
from actions.records.tables import action_outcomes, orders, refunds, service_requests

Change = Callable[[Connection], Outcome]


class OrderChanges:
    """Writes are kept under (message id, action): the same message gets the same outcome (design, invariant 1)."""

    def __init__(self, database: Database, now: Callable[[], datetime] = clock.now) -> None:
        self._database = database
        self._now = now

    async def cancel(
        self, order_number: str, customer_id: str, *, message_id: str, allowed_states: Sequence[str], refund_days: int
    ) -> Outcome:
        """Cancel and start the refund. ``result``: cancelled, already_cancelled, refused, or unknown (not theirs)."""

        def change(connection: Connection) -> Outcome:
            at = self._now()
            theirs = sa.and_(orders.c.order_number == order_number, orders.c.customer_id == customer_id)
            cancelled = connection.execute(
                orders.update()
                .where(theirs, orders.c.state.in_(allowed_states), orders.c.state != "cancelled")
                .values(state="cancelled", cancelled_at=at, updated_at=at)
            )
            row = connection.execute(sa.select(orders).where(theirs)).first()
            if row is None:
                return Outcome("unknown", "")
            if cancelled.rowcount == 0:
                return Outcome("already_cancelled" if row.state == "cancelled" else "refused", row.state)
            connection.execute(
                refunds.insert().values(
                    order_number=order_number,
                    state="requested",
                    amount_minor=row.total_minor,
                    currency=row.currency,
                    payment_method=row.payment_method,
                    requested_at=at,
                    expected_on=clock.shop_day(at) + timedelta(days=refund_days),
                    updated_at=at,
                )
            )
            return Outcome("cancelled", "cancelled", row.total_minor, row.currency)

        return await self._once(message_id, f"cancel_order:{order_number}", change)

    async def expedite(
        self,
        order_number: str,
        customer_id: str,
        *,
        message_id: str,
        conversation_id: str,
        allowed_states: Sequence[str],
        once_in_hours: int,
    ) -> Outcome:
        """Note that the customer is in a hurry. ``result``: noted, already_noted, refused, or unknown (not theirs)."""

        def change(connection: Connection) -> Outcome:
            at = self._now()
            theirs = sa.and_(orders.c.order_number == order_number, orders.c.customer_id == customer_id)
            # The lock makes two messages at once see each other's note (SQLite has locked already).
            row = connection.execute(sa.select(orders.c.state).where(theirs).with_for_update()).first()
            if row is None:
                return Outcome("unknown", "")
            if row.state not in allowed_states:
                return Outcome("refused", row.state)
            recent = connection.execute(
                sa.select(service_requests.c.id).where(
                    service_requests.c.order_number == order_number,
                    service_requests.c.kind == "expedite",
                    service_requests.c.created_at > at - timedelta(hours=once_in_hours),
                )
            )
            if recent.first() is not None:
                return Outcome("already_noted", row.state)
            connection.execute(
                service_requests.insert().values(
                    order_number=order_number,
                    kind="expedite",
                    conversation_id=conversation_id,
                    message_id=message_id,
                    details={},
                    created_at=at,
                )
            )
            return Outcome("noted", row.state)

        return await self._once(message_id, f"expedite_order:{order_number}", change)

    async def _once(self, message_id: str, action: str, change: Change) -> Outcome:
        def once(connection: Connection) -> Outcome:
            kept = _kept(connection, message_id, action)
            if kept is not None:
                return kept
            outcome = change(connection)
            connection.execute(
                action_outcomes.insert().values(
                    message_id=message_id, action=action, outcome=asdict(outcome), at=self._now()
                )
            )
            return outcome

        try:
            return await self._database.write(once)
        except IntegrityError:
            # Another worker handled the same message between our look and our insert; ours was rolled back.
            kept = await self._database.read(_kept, message_id, action)
            if kept is None:
                raise
            return kept


def _kept(connection: Connection, message_id: str, action: str) -> Outcome | None:
    query = sa.select(action_outcomes.c.outcome).where(
        action_outcomes.c.message_id == message_id, action_outcomes.c.action == action
    )
    row = connection.execute(query).first()
    return Outcome(**row.outcome) if row else None
