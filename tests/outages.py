"""Order records that a test can switch off."""

from __future__ import annotations

from collections.abc import Sequence

from actions.records.models import Order, Outcome, Profile, Refund
from actions.records.port import OrderRecords, RecordsUnavailable, Request


class CanFail:
    """Implements ``port.OrderRecords`` over others. While ``down``, nothing answers.

    ``loses_answers``: the next request is carried out, but its answer never arrives.
    """

    def __init__(self, records: OrderRecords) -> None:
        self._records = records
        self.down = False
        self.loses_answers = False

    async def order(self, order_number: str) -> Order | None:
        return await self._up().order(order_number)

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        return await self._up().orders_of_customers(customer_ids, limit)

    async def refund(self, order_number: str) -> Refund | None:
        return await self._up().refund(order_number)

    async def owner(self, order_number: str, last_four: str) -> str | None:
        return await self._up().owner(order_number, last_four)

    async def customer(self, customer_id: str) -> Profile | None:
        return await self._up().customer(customer_id)

    async def carry_out(self, request: Request) -> Outcome:
        outcome = await self._up().carry_out(request)
        if self.loses_answers:
            self.loses_answers = False
            raise RecordsUnavailable("the answer got lost")
        return outcome

    def _up(self) -> OrderRecords:
        if self.down:
            raise RecordsUnavailable("switched off by a test")
        return self._records
