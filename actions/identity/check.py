"""Checks order number and last four digits, counts the tries, and remembers who is verified in which conversation.

What a stranger could learn from is kept equal: an order number that does not exist takes the same steps, counts the
same and gets the same answer as wrong digits.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.limits import IdentityLimits
from actions.records import clock
from actions.records.database import Database
from actions.records.tables import attempts, customers, orders, verifications

_NO_SUCH_ORDER = "????"
"""Compared with in place of an unknown order's digits; no four digits are equal to it."""


class Verdict(str, Enum):
    """``EXHAUSTED``: no try left in this conversation. ``COOLING_DOWN``: too many at this order or from there."""

    VERIFIED = "verified"
    WRONG = "wrong"
    EXHAUSTED = "exhausted"
    COOLING_DOWN = "cooling_down"


@dataclass(frozen=True)
class Check:
    verdict: Verdict
    attempts_left: int


class Identity:
    """One database, one set of limits. ``now`` is given by tests."""

    def __init__(self, database: Database, limits: IdentityLimits, now: Callable[[], datetime] = clock.now) -> None:
        self._database = database
        self._limits = limits
        self._now = now

    async def verify(
        self, conversation_id: str, order_number: str, last_four: str, address: str, message_id: str
    ) -> Check:
        """One try. The same message gets the same verdict again and counts once; no ``address``, no limit on it."""
        return await self._database.write(self._try, conversation_id, order_number, last_four, address, message_id)

    def _try(
        self,
        connection: Connection,
        conversation_id: str,
        order_number: str,
        last_four: str,
        address: str,
        message_id: str,
    ) -> Check:
        _one_at_a_time(connection)
        earlier = self._earlier(connection, message_id, order_number)
        if earlier is not None:
            return Check(earlier, self._left(connection, conversation_id))
        if self._left(connection, conversation_id) == 0:
            return Check(Verdict.EXHAUSTED, 0)
        if self._cooling_down(connection, order_number, address):
            return Check(Verdict.COOLING_DOWN, 0)
        customer_id = _owner(connection, order_number, last_four)
        left = self._left(connection, conversation_id) - (0 if customer_id else 1)
        verdict = Verdict.VERIFIED if customer_id else (Verdict.WRONG if left else Verdict.EXHAUSTED)
        self._forget_old(connection)
        connection.execute(
            attempts.insert().values(
                conversation_id=conversation_id,
                order_number=order_number,
                address=address,
                message_id=message_id,
                outcome=verdict.value,
                ok=customer_id is not None,
                at=self._now(),
            )
        )
        if customer_id:
            self._remember(connection, conversation_id, customer_id, order_number)
        return Check(verdict, left)

    async def customers_of(self, conversation_id: str, signed_customer: str | None) -> tuple[str, ...]:
        """Customers whose orders this conversation may see now: the signed one first, then those verified in it."""
        since = self._now() - timedelta(minutes=self._limits.verified_for_minutes)
        query = (
            sa.select(verifications.c.customer_id)
            .where(verifications.c.conversation_id == conversation_id, verifications.c.at > since)
            .order_by(verifications.c.at.desc())
        )
        verified = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        signed = [signed_customer] if signed_customer else []
        return tuple(dict.fromkeys([*signed, *verified]))

    async def tries_left(self, conversation_id: str) -> int:
        """Wrong tries this conversation may still make."""
        return await self._database.read(self._left, conversation_id)

    def _earlier(self, connection: Connection, message_id: str, order_number: str) -> Verdict | None:
        query = sa.select(attempts.c.outcome).where(
            attempts.c.message_id == message_id, attempts.c.order_number == order_number
        )
        row = connection.execute(query).first()
        return Verdict(row.outcome) if row else None

    def _left(self, connection: Connection, conversation_id: str) -> int:
        used = self._wrong(
            connection, attempts.c.conversation_id == conversation_id, self._limits.conversation_window_minutes
        )
        return max(self._limits.attempts_per_conversation - used, 0)

    def _cooling_down(self, connection: Connection, order_number: str, address: str) -> bool:
        limits = self._limits
        of_order = self._wrong(connection, attempts.c.order_number == order_number, limits.order_window_minutes)
        if of_order >= limits.attempts_per_order:
            return True
        of_address = self._wrong(connection, attempts.c.address == address, limits.address_window_minutes)
        return bool(address) and of_address >= limits.attempts_per_address

    def _wrong(self, connection: Connection, whose: Any, minutes: int) -> int:
        since = self._now() - timedelta(minutes=minutes)
        query = sa.select(sa.func.count()).select_from(attempts).where(whose, ~attempts.c.ok, attempts.c.at > since)
        return int(connection.execute(query).scalar_one())

    def _remember(self, connection: Connection, conversation_id: str, customer_id: str, order_number: str) -> None:
        key = {"conversation_id": conversation_id, "customer_id": customer_id}
        connection.execute(
            verifications.delete().where(*(verifications.c[name] == value for name, value in key.items()))
        )
        connection.execute(
            verifications.insert().values(**key, order_number=order_number, level="order", at=self._now())
        )

    def _forget_old(self, connection: Connection) -> None:
        """Addresses are personal data: kept no longer than the longest window needs them."""
        limits = self._limits
        minutes = max(limits.conversation_window_minutes, limits.order_window_minutes, limits.address_window_minutes)
        connection.execute(attempts.delete().where(attempts.c.at <= self._now() - timedelta(minutes=minutes)))


def _one_at_a_time(connection: Connection) -> None:
    # Counting and adding must not interleave with another try. SQLite's write lock does that already.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE identity_attempts IN SHARE ROW EXCLUSIVE MODE")


def _owner(connection: Connection, order_number: str, last_four: str) -> str | None:
    """The customer of the order, if these are the last four digits of their phone."""
    query = (
        sa.select(customers.c.id, customers.c.last_four)
        .join(orders, orders.c.customer_id == customers.c.id)
        .where(orders.c.order_number == order_number)
    )
    row = connection.execute(query).first()
    expected = row.last_four if row else _NO_SUCH_ORDER
    matches = hmac.compare_digest(expected.encode(), last_four.encode())
    return row.id if row and matches else None
