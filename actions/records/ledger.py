"""Requests to a shop's system of its own, kept in our database: none is lost while that system is down, none doubled.

A request is written down before the shop's system is asked, and its outcome after that. What could not be asked, or was
cut short by a crash, is tried again (``retry``) until it is settled or given up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from actions.records import changes, clock, requests
from actions.records.database import Database
from actions.records.models import Order, Outcome, Profile, Refund
from actions.records.port import OrderRecords, RecordsUnavailable, Request

LEASE = timedelta(minutes=5)
"""What is under way for longer was cut short by a crash, and is taken up by whoever looks."""


@dataclass(frozen=True)
class Patience:
    """How long a request is tried again: after one minute, then twice as long each time up to ``longest_minutes``."""

    longest_minutes: int = 30
    give_up_after_hours: int = 24

    def next_try(self, tries: int, now: datetime) -> datetime:
        return now + timedelta(minutes=min(2 ** min(tries, 10), self.longest_minutes))

    def exhausted(self, since: datetime, now: datetime) -> bool:
        return now - since > timedelta(hours=self.give_up_after_hours)


@dataclass(frozen=True)
class Settled:
    """A postponed request whose customer is to be told what became of it.

    ``state``: done, open (for the staff), dropped (not possible any more), given_up (left to the staff).
    """

    request: Request
    reference: str
    state: str
    row_id: int


class Ledger:
    """Implements ``port.OrderRecords`` over the shop's system; everything it reads comes from there."""

    def __init__(
        self,
        database: Database,
        shop: OrderRecords,
        now: Callable[[], datetime] = clock.now,
        patience: Patience | None = None,
    ) -> None:
        self._database = database
        self._shop = shop
        self._now = now
        self._patience = patience or Patience()

    async def order(self, order_number: str) -> Order | None:
        return await self._shop.order(order_number)

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        return await self._shop.orders_of_customers(customer_ids, limit)

    async def refund(self, order_number: str) -> Refund | None:
        return await self._shop.refund(order_number)

    async def owner(self, order_number: str, last_four: str) -> str | None:
        return await self._shop.owner(order_number, last_four)

    async def customer(self, customer_id: str) -> Profile | None:
        return await self._shop.customer(customer_id)

    async def carry_out(self, request: Request) -> Outcome:
        begun = await self._database.write(self._begin, request)
        if isinstance(begun, Outcome):
            return begun
        try:
            outcome = await self._shop.carry_out(begun.request)
        except RecordsUnavailable:
            return await self._database.write(self._postpone, begun)
        return await self._database.write(self._settle, begun, outcome)

    async def retry(self) -> int:
        """Try again what is due; returns how much is settled now. Of two workers, each takes other requests."""
        due = await self._database.write(requests.take_due, self._now(), LEASE)
        settled = 0
        for kept in due:
            try:
                outcome = await self._shop.carry_out(kept.request)
            except RecordsUnavailable:
                if not self._patience.exhausted(kept.since, self._now()):
                    await self._database.write(self._postpone, kept)
                    continue
                await self._database.write(self._change, kept, "given_up", to_tell=True)
            else:
                await self._database.write(self._settle, kept, outcome, to_tell=True)
            settled += 1
        return settled

    async def untold(self) -> list[Settled]:
        """Whom to tell what became of their request; asked again, the same ones come after a while, until ``told``."""
        taken = await self._database.write(requests.take_untold, self._now(), LEASE)
        return [Settled(kept.request, kept.reference, kept.state, kept.row_id) for kept in taken]

    async def told(self, settled: Settled) -> None:
        await self._database.write(requests.told, settled.row_id)

    def _begin(self, connection: Connection, request: Request) -> Outcome | requests.Kept:
        """The outcome, where it is known without asking; else the request as it is written down now."""
        told = changes.kept_outcome(connection, request)
        if told is not None:
            return told
        now = self._now()
        earlier = requests.find(connection, request)
        if earlier is not None:
            return earlier  # a crash cut it short
        lately = requests.asked_lately(connection, request, now)
        if lately is not None:
            return Outcome("already", "", reference=lately)
        return requests.write_down(connection, request, "asking", now, next_try_at=now + LEASE)

    def _postpone(self, connection: Connection, kept: requests.Kept) -> Outcome:
        now = self._now()
        requests.change_state(
            connection, kept.row_id, "pending", now, next_try_at=self._patience.next_try(kept.tries, now)
        )
        outcome = Outcome("unavailable", "", reference=kept.reference)
        changes.keep_outcome(connection, kept.request, outcome, now)
        return outcome

    def _settle(self, connection: Connection, kept: requests.Kept, outcome: Outcome, to_tell: bool = False) -> Outcome:
        if outcome.result == "already" and kept.again:
            # It was our own earlier try, whose answer got lost.
            outcome = replace(outcome, result="done")
        state = {"done": "done", "noted": "open", "changed": "open"}.get(outcome.result, "dropped")
        self._change(connection, kept, state, to_tell)
        outcome = replace(outcome, reference="") if state == "dropped" else changes.told(outcome, kept)
        changes.keep_outcome(connection, kept.request, outcome, self._now())
        return outcome

    def _change(self, connection: Connection, kept: requests.Kept, state: str, to_tell: bool) -> None:
        now = self._now()
        # A time at which something settled is to be looked at again means: tell the customer.
        requests.change_state(connection, kept.row_id, state, now, next_try_at=now if to_tell else None)
