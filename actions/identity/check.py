"""Checks order number and last four digits, counts the tries, and remembers who is verified in which conversation.

What a stranger could learn from is kept equal: an order number that does not exist takes the same steps, counts the
same and gets the same answer as wrong digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.identity.steps import Step
from actions.limits import IdentityLimits
from actions.records import clock
from actions.records.database import Database
from actions.records.port import OrderRecords, RecordsUnavailable
from actions.records.tables import attempts, verifications

_ASKING = "asking"
"""Outcome of a try while the records are asked. It counts as wrong: tries at the same moment gain nothing."""


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


@dataclass(frozen=True)
class _Try:
    """``customer_id``: whose order it is; None where there is no such order."""

    conversation_id: str
    order_number: str
    customer_id: str | None
    address: str
    message_id: str


@dataclass(frozen=True)
class _Begun:
    """``left``: tries left if this one is wrong. ``locked``: right digits will be taken for wrong ones."""

    left: int
    locked: bool


class Identity:
    """One database, the shop's records, one set of limits. ``now`` is given by tests."""

    def __init__(
        self,
        database: Database,
        records: OrderRecords,
        limits: IdentityLimits,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._database = database
        self._records = records
        self._limits = limits
        self._now = now

    async def verify(
        self, conversation_id: str, order_number: str, last_four: str, address: str, message_id: str
    ) -> Check:
        """One try. The same message gets the same verdict again and counts once; no ``address``, no limit on it.

        Raises RecordsUnavailable when the shop's system is down; such a try does not count.
        """
        order = await self._records.order(order_number)
        tried = order.customer_id if order else None
        given = _Try(conversation_id, order_number, tried, address, message_id)
        begun = await self._database.write(self._begin, given)
        if isinstance(begun, Check):
            return begun
        try:
            owner = await self._records.owner(order_number, last_four)
        except RecordsUnavailable:
            await self._database.write(_take_back, given)
            raise
        # Asked in any case, so that a customer under attack cannot be told from an order that does not exist.
        customer_id = None if begun.locked else owner
        return await self._database.write(self._end, given, customer_id, begun.left)

    def _begin(self, connection: Connection, given: _Try) -> Check | _Begun:
        """Count the try as a wrong one before the records are asked; a verdict where there is one without asking."""
        _one_at_a_time(connection)
        earlier = _earlier(connection, given)
        left = self._left(connection, given.conversation_id)
        locked = self._locked(connection, given)
        if earlier == _ASKING:
            return _Begun(left, locked)  # a crash cut it short: it is counted already
        if earlier is not None:
            return Check(Verdict(earlier), left)
        if left == 0:
            return Check(Verdict.EXHAUSTED, 0)
        if self._cooling_down(connection, given):
            return Check(Verdict.COOLING_DOWN, 0)
        self._forget_old(connection)
        connection.execute(
            attempts.insert().values(
                conversation_id=given.conversation_id,
                order_number=given.order_number,
                customer_id=given.customer_id,
                address=given.address,
                message_id=given.message_id,
                outcome=_ASKING,
                ok=False,
                at=self._now(),
            )
        )
        return _Begun(left - 1, locked)

    def _end(self, connection: Connection, given: _Try, customer_id: str | None, left: int) -> Check:
        ok = customer_id is not None
        verdict = Verdict.VERIFIED if ok else (Verdict.WRONG if left else Verdict.EXHAUSTED)
        connection.execute(attempts.update().where(_is(given)).values(outcome=verdict.value, ok=ok))
        if customer_id is None:
            return Check(verdict, left)
        self._remember(connection, given.conversation_id, customer_id, given.order_number)
        return Check(verdict, self._left(connection, given.conversation_id))

    async def customers_of(
        self,
        conversation_id: str,
        signed_customer: str | None,
        needed: Step = Step.ORDER,
        signed_as: Step = Step.SIGNED,
    ) -> tuple[str, ...]:
        """Customers whom this conversation has proven now as surely as ``needed``: the signed one first.

        ``signed_as``: how much the signature proves here.
        """
        since = self._now() - timedelta(minutes=self._limits.verified_for_minutes)
        query = (
            sa.select(verifications.c.customer_id)
            .where(
                verifications.c.conversation_id == conversation_id,
                verifications.c.at > since,
                verifications.c.level.in_([step.value for step in Step if step.reaches(needed)]),
            )
            .order_by(verifications.c.at.desc())
        )
        verified = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        signed = [signed_customer] if signed_customer and signed_as.reaches(needed) else []
        return tuple(dict.fromkeys([*signed, *verified]))

    async def tries_left(self, conversation_id: str) -> int:
        """Wrong tries this conversation may still make."""
        return await self._database.read(self._left, conversation_id)

    def _left(self, connection: Connection, conversation_id: str) -> int:
        used = self._wrong(
            connection, attempts.c.conversation_id == conversation_id, self._limits.conversation_window_minutes
        )
        return max(self._limits.attempts_per_conversation - used, 0)

    def _cooling_down(self, connection: Connection, given: _Try) -> bool:
        limits = self._limits
        of_order = self._wrong(connection, attempts.c.order_number == given.order_number, limits.order_window_minutes)
        if of_order >= limits.attempts_per_order:
            return True
        of_address = self._wrong(connection, attempts.c.address == given.address, limits.address_window_minutes)
        return bool(given.address) and of_address >= limits.attempts_per_address

    def _locked(self, connection: Connection, given: _Try) -> bool:
        """Whether too many have tried at this customer's orders. Told to nobody: it would say whose order it is."""
        limits = self._limits
        if given.customer_id is None:
            return False
        of_customer = self._wrong(
            connection, attempts.c.customer_id == given.customer_id, limits.customer_window_minutes
        )
        return of_customer >= limits.attempts_per_customer

    def _wrong(self, connection: Connection, whose: Any, minutes: int) -> int:
        since = self._now() - timedelta(minutes=minutes)
        query = sa.select(sa.func.count()).select_from(attempts).where(whose, ~attempts.c.ok, attempts.c.at > since)
        return int(connection.execute(query).scalar_one())

    def _remember(self, connection: Connection, conversation_id: str, customer_id: str, order_number: str) -> None:
        key = {"conversation_id": conversation_id, "customer_id": customer_id}
        theirs = sa.and_(*(verifications.c[name] == value for name, value in key.items()))
        since = self._now() - timedelta(minutes=self._limits.verified_for_minutes)
        stronger = sa.and_(theirs, verifications.c.level != Step.ORDER.value, verifications.c.at > since)
        if connection.execute(sa.select(verifications.c.level).where(stronger)).first():
            return
        connection.execute(verifications.delete().where(theirs))
        connection.execute(
            verifications.insert().values(**key, order_number=order_number, level=Step.ORDER.value, at=self._now())
        )

    def _forget_old(self, connection: Connection) -> None:
        """Addresses are personal data: kept no longer than the longest window needs them."""
        limits = self._limits
        minutes = max(
            limits.conversation_window_minutes,
            limits.order_window_minutes,
            limits.customer_window_minutes,
            limits.address_window_minutes,
        )
        connection.execute(attempts.delete().where(attempts.c.at <= self._now() - timedelta(minutes=minutes)))


def _one_at_a_time(connection: Connection) -> None:
    # Counting and adding must not interleave with another try. SQLite's write lock does that already.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE identity_attempts IN SHARE ROW EXCLUSIVE MODE")


def _is(given: _Try) -> Any:
    return sa.and_(attempts.c.message_id == given.message_id, attempts.c.order_number == given.order_number)


def _earlier(connection: Connection, given: _Try) -> str | None:
    """The outcome of the same message's try."""
    return connection.execute(sa.select(attempts.c.outcome).where(_is(given))).scalar()


def _take_back(connection: Connection, given: _Try) -> None:
    connection.execute(attempts.delete().where(_is(given), attempts.c.outcome == _ASKING))
