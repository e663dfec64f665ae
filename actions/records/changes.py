"""Changes the order records: each at most once a message, and only while the rules and the order's state allow it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.records import clock
from actions.records.database import reading, writing
from actions.records.models import Outcome
from actions.records.tables import action_outcomes, orders, refunds, service_requests

Change = Callable[[AsyncConnection], Awaitable[Outcome]]


class OrderChanges:
    """Writes are kept under (message id, action): the same message gets the same outcome (design, invariant 1)."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime] = clock.now) -> None:
        self._engine = engine
        self._now = now

    async def cancel(
        self, order_number: str, customer_id: str, *, message_id: str, allowed_states: Sequence[str], refund_days: int
    ) -> Outcome:
        """Cancel and start the refund. ``result``: cancelled, already_cancelled, refused, or unknown (not theirs)."""

        async def change(connection: AsyncConnection) -> Outcome:
            at = self._now()
            theirs = sa.and_(orders.c.order_number == order_number, orders.c.customer_id == customer_id)
            cancelled = await connection.execute(
                orders.update()
                .where(theirs, orders.c.state.in_(allowed_states), orders.c.state != "cancelled")
                .values(state="cancelled", cancelled_at=at, updated_at=at)
            )
            row = (await connection.execute(sa.select(orders).where(theirs))).first()
            if row is None:
                return Outcome("unknown", "")
            if cancelled.rowcount == 0:
                return Outcome("already_cancelled" if row.state == "cancelled" else "refused", row.state)
            await connection.execute(
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

        async def change(connection: AsyncConnection) -> Outcome:
            at = self._now()
            theirs = sa.and_(orders.c.order_number == order_number, orders.c.customer_id == customer_id)
            # The lock makes two messages at once see each other's note (SQLite has locked already).
            row = (await connection.execute(sa.select(orders.c.state).where(theirs).with_for_update())).first()
            if row is None:
                return Outcome("unknown", "")
            if row.state not in allowed_states:
                return Outcome("refused", row.state)
            recent = await connection.execute(
                sa.select(service_requests.c.id).where(
                    service_requests.c.order_number == order_number,
                    service_requests.c.kind == "expedite",
                    service_requests.c.created_at > at - timedelta(hours=once_in_hours),
                )
            )
            if recent.first() is not None:
                return Outcome("already_noted", row.state)
            await connection.execute(
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
        try:
            async with writing(self._engine) as connection:
                kept = await _kept(connection, message_id, action)
                if kept is not None:
                    return kept
                outcome = await change(connection)
                await connection.execute(
                    action_outcomes.insert().values(
                        message_id=message_id, action=action, outcome=asdict(outcome), at=self._now()
                    )
                )
                return outcome
        except IntegrityError:
            # Another worker handled the same message between our look and our insert; ours was rolled back.
            async with reading(self._engine) as connection:
                kept = await _kept(connection, message_id, action)
            if kept is None:
                raise
            return kept


async def _kept(connection: AsyncConnection, message_id: str, action: str) -> Outcome | None:
    query = sa.select(action_outcomes.c.outcome).where(
        action_outcomes.c.message_id == message_id, action_outcomes.c.action == action
    )
    row = (await connection.execute(query)).first()
    return Outcome(**row.outcome) if row else None
