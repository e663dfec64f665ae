"""One-time codes: sent to the phone or mail that the shop has on file, they prove more than an order number does.

A code is six digits, kept only as a salted hash, good for a few minutes and a few tries. What is refused is refused in
one way, so that a stranger learns nothing from it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.code_limits import CodeLimits
from actions.identity.steps import Step
from actions.records import clock
from actions.records.care_tables import identity_codes
from actions.records.database import Database
from actions.records.tables import verifications

DIGITS = 6


class CodeSender(Protocol):
    """Brings a code to a customer. The address is the shop's business: we hand over the customer's id alone."""

    async def send(self, customer_id: str, code: str, language: str) -> None:
        """Raises any exception when it could not be sent."""


class CodeVerdict(str, Enum):
    """``REFUSED``: wrong, too late, used, or no code at all; it is never told which. ``SPENT``: no try is left."""

    VERIFIED = "verified"
    REFUSED = "refused"
    SPENT = "spent"


@dataclass(frozen=True)
class CodeCheck:
    verdict: CodeVerdict
    tries_left: int
    customer_id: str | None = None


class Codes:
    """One database, one sender, one set of limits. ``now`` and ``make`` are given by tests."""

    def __init__(
        self,
        database: Database,
        sender: CodeSender,
        limits: CodeLimits,
        now: Callable[[], datetime] = clock.now,
        make: Callable[[], str] = lambda: f"{secrets.randbelow(10**DIGITS):0{DIGITS}}",
    ) -> None:
        self._database = database
        self._sender = sender
        self._limits = limits
        self._now = now
        self._make = make

    async def issue(self, conversation_id: str, customer_id: str, message_id: str, language: str) -> bool:
        """Send a new code, which ends the one before; False where too many were sent lately.

        The same message sends one code. Raises what the sender raised; such a code counts, and cannot be used.
        """
        code = self._make()
        row_id = await self._database.write(self._begin, conversation_id, customer_id, message_id, code)
        if row_id is None:
            return False
        if row_id:
            await self._sender.send(customer_id, code, language)
        return True

    async def check(self, conversation_id: str, code: str, message_id: str) -> CodeCheck:
        """One try at the conversation's latest code; the same message tries once."""
        return await self._database.write(self._check, conversation_id, code, message_id)

    def _begin(
        self, connection: Connection, conversation_id: str, customer_id: str, message_id: str, code: str
    ) -> int | None:
        """The new row's id; 0 where this message has sent one already, None where too many were sent."""
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE identity_codes IN SHARE ROW EXCLUSIVE MODE")
        if connection.execute(sa.select(identity_codes.c.id).where(identity_codes.c.sent_for == message_id)).first():
            return 0
        limits, now = self._limits, self._now()
        in_conversation = self._sent(connection, identity_codes.c.conversation_id == conversation_id)
        to_customer = self._sent(connection, identity_codes.c.customer_id == customer_id)
        if in_conversation >= limits.sent_per_conversation or to_customer >= limits.sent_per_customer:
            return None
        salt = secrets.token_hex(16)
        added = connection.execute(
            identity_codes.insert().values(
                conversation_id=conversation_id,
                customer_id=customer_id,
                sent_for=message_id,
                salt=salt,
                code_hash=_hash(code, salt),
                tries=0,
                created_at=now,
                expires_at=now + timedelta(minutes=limits.valid_minutes),
            )
        )
        (row_id,) = added.inserted_primary_key
        return int(row_id)

    def _sent(self, connection: Connection, whose: Any) -> int:
        since = self._now() - timedelta(minutes=self._limits.window_minutes)
        query = sa.select(sa.func.count()).select_from(identity_codes).where(whose, identity_codes.c.created_at > since)
        return int(connection.execute(query).scalar_one())

    def _check(self, connection: Connection, conversation_id: str, code: str, message_id: str) -> CodeCheck:
        latest = (
            sa.select(identity_codes)
            .where(identity_codes.c.conversation_id == conversation_id)
            .order_by(identity_codes.c.id.desc())
            .limit(1)
            .with_for_update()
        )
        row = connection.execute(latest).first()
        if row is None:
            return CodeCheck(CodeVerdict.REFUSED, 0)
        if row.used_by == message_id:
            return CodeCheck(CodeVerdict.VERIFIED, 0, row.customer_id)  # handled again after a crash
        left = self._limits.tries - row.tries
        if row.used_by is not None or self._now() >= row.expires_at or left <= 0:
            return CodeCheck(CodeVerdict.SPENT, 0)
        again = row.tried_by == message_id
        if not hmac.compare_digest(row.code_hash, _hash(code, row.salt)):
            if not again:
                left -= 1
                _change(connection, row.id, tries=row.tries + 1, tried_by=message_id)
            return CodeCheck(CodeVerdict.REFUSED if left else CodeVerdict.SPENT, left)
        _change(connection, row.id, used_by=message_id)
        remember(connection, conversation_id, row.customer_id, Step.CODE, self._now())
        return CodeCheck(CodeVerdict.VERIFIED, left, row.customer_id)


def remember(
    connection: Connection, conversation_id: str, customer_id: str, step: Step, now: datetime, order_number: str = ""
) -> None:
    """This conversation has reached ``step`` for the customer, from now on."""
    key = {"conversation_id": conversation_id, "customer_id": customer_id}
    connection.execute(verifications.delete().where(*(verifications.c[name] == value for name, value in key.items())))
    connection.execute(verifications.insert().values(**key, order_number=order_number, level=step.value, at=now))


def _change(connection: Connection, row_id: int, **columns: Any) -> None:
    connection.execute(identity_codes.update().where(identity_codes.c.id == row_id).values(**columns))


def _hash(code: str, salt: str) -> str:
    """Slow enough that a stolen table gives nothing away before its codes have expired."""
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=2**13, r=8, p=1).hex()
