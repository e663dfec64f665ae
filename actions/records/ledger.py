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

UNDER_WAY_MINUTES = 5
"""A request that is neither settled nor postponed after so long was cut short by a crash."""


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
    """What became of a postponed request. ``outcome`` is None when it was given up."""

    request: Request
    reference: str
    outcome: Outcome | None


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
            outcome = await self._shop.carry_out(request)
        except RecordsUnavailable:
            return await self._database.write(self._postpone, begun)
        return await self._database.write(self._settle, begun, outcome)

    async def retry(self) -> list[Settled]:
        """Try again what is due; returns what is settled now. Of two workers, each takes other requests."""
        due = await self._database.write(requests.take_due, self._now(), timedelta(minutes=UNDER_WAY_MINUTES))
        settled = []
        for kept in due:
            try:
                outcome = await self._shop.carry_out(kept.request)
            except RecordsUnavailable:
                if not self._patience.exhausted(kept.since, self._now()):
                    await self._database.write(self._postpone, kept)
                    continue
                await self._database.write(requests.change_state, kept.row_id, "given_up", self._now())
                settled.append(Settled(kept.request, kept.reference, None))
            else:
                outcome = await self._database.write(self._settle, kept, outcome)
                settled.append(Settled(kept.request, kept.reference, outcome))
        return settled

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
        until = now + timedelta(minutes=UNDER_WAY_MINUTES)
        return requests.write_down(connection, request, "asking", now, next_try_at=until)

    def _postpone(self, connection: Connection, kept: requests.Kept) -> Outcome:
        now = self._now()
        requests.change_state(
            connection, kept.row_id, "pending", now, next_try_at=self._patience.next_try(kept.tries, now)
        )
        outcome = Outcome("unavailable", "", reference=kept.reference)
        changes.keep_outcome(connection, kept.request, outcome, now)
        return outcome

    def _settle(self, connection: Connection, kept: requests.Kept, outcome: Outcome) -> Outcome:
        if outcome.result == "already" and kept.again:
            # It was our own earlier try, whose answer got lost.
            outcome = replace(outcome, result="done")
        known = outcome.result in ("done", "noted")
        state = {"done": "done", "noted": "open"}.get(outcome.result, "dropped")
        requests.change_state(connection, kept.row_id, state, self._now())
        outcome = replace(outcome, reference=kept.reference if known else "")
        changes.keep_outcome(connection, kept.request, outcome, self._now())
        return outcome
