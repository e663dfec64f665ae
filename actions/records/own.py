"""Order records in our own tables: the demo shop's, and those of a shop that keeps its orders here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from actions.records import changes, clock, repository
from actions.records.database import Database
from actions.records.models import Order, Outcome, Profile, Refund
from actions.records.port import Request


class OwnRecords:
    """Implements ``port.OrderRecords``. ``now`` is given by tests."""

    def __init__(self, database: Database, now: Callable[[], datetime] = clock.now) -> None:
        self._database = database
        self._now = now

    async def order(self, order_number: str) -> Order | None:
        return await self._database.read(repository.order, order_number)

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        return await self._database.read(repository.orders_of_customers, customer_ids, limit)

    async def refund(self, order_number: str) -> Refund | None:
        return await self._database.read(repository.refund, order_number)

    async def owner(self, order_number: str, last_four: str) -> str | None:
        return await self._database.read(repository.owner, order_number, last_four)

    async def customer(self, customer_id: str) -> Profile | None:
        return await self._database.read(repository.customer, customer_id)

    async def carry_out(self, request: Request) -> Outcome:
        try:
            return await self._database.write(changes.carry_out, request, self._now())
        except IntegrityError:
            # Another worker handled the same message between our look and our insert; ours was rolled back.
            kept = await self._database.read(changes.kept_outcome, request)
            if kept is None:
                raise
            return kept
