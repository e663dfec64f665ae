"""One customer in a fresh shop: the real core, store and brain, without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from actions import services
from actions.identity.check import Identity
from actions.identity.codes import Codes
from actions.identity.console_sender import ConsoleSender
from actions.records import clock
from actions.records.database import Database
from actions.records.ledger import Ledger
from actions.records.own import OwnRecords
from actions.records.port import OrderRecords
from actions.records.tables import orders
from bot.jobs.settled_requests import SettledRequests
from bot.messages import Author, Conversation, Customer, StoredMessage
from bot.ports import Parts
from tests.databases import change
from tests.outages import CanFail
from tests.scenarios.scenario import Line, Scenario
from tests.scenarios.ways import StraightIn, Way


class Silent:
    """A channel whose customer reads the history."""

    name = "web"
    resendable = True

    async def send(self, conversation: Conversation, message: StoredMessage) -> None:
        return None


@dataclass(frozen=True)
class Answered:
    """What a customer's line led to; ``message`` is None where nobody said anything."""

    message: StoredMessage | None
    replies: list[StoredMessage]
    conversation: Conversation


class CustomerAtShop:
    """Plays the turns of one scenario.

    ``shop_system``: the database of a shop that has a system of its own, which can fail; orders are kept there in the
    scenarios that meet an outage, and in ``database`` with everything else in all others.
    """

    def __init__(
        self, parts: Parts, database: Database, scenario: Scenario, shop_system: Database, way: Way | None = None
    ) -> None:
        self._parts = parts
        self._scenario = scenario
        self._way = way or StraightIn(parts)
        self._waited = timedelta()
        self._orders = database
        self._outside: ShopSystem | None = None
        if scenario.meets_an_outage:
            self._orders = shop_system
            self._outside = ShopSystem.of(database, shop_system, now=lambda: clock.now() + self._waited)
            services.install(services_for(database, services.current(), self._outside.ledger))

    async def arrive(self) -> None:
        customer = Customer(self._scenario.customer) if self._scenario.customer else None
        self._id = await self._way.enters(self._scenario.language, customer)
        for number, owner in self._scenario.owns.items():
            await self._set(number, customer_id=owner)
        for number in self._scenario.delivered:
            await self._set(number, state="delivered", delivered_at=clock.now())

    async def write(self, line: Line) -> Answered:
        """Send the line, or let its minutes go by."""
        if line.records is not None:
            assert self._outside is not None
            self._outside.records.down = line.records == "down"
        before = {stored.id for stored in await self._parts.store.history(self._id)}
        await (self._wait(line.wait) if line.wait is not None else self._way.brings(line))
        history = await self._parts.store.history(self._id)
        new = [stored for stored in history if stored.id not in before]
        message = next((stored for stored in new if stored.author is Author.CUSTOMER), None)
        return Answered(
            message=message,
            replies=[stored for stored in new if stored is not message],
            conversation=await self._parts.store.conversation(self._id),
        )

    async def reads(self, line: Line, answered: Answered) -> None:
        """Raises AssertionError unless the replies are where the customer looks."""
        await self._way.shows(line, answered.replies)

    async def state_of(self, order_number: str) -> str:
        order = await OwnRecords(self._orders).order(order_number)
        assert order is not None, f"there is no order {order_number}"
        return order.state

    async def _wait(self, minutes: int) -> None:
        """What runs now and then has run."""
        self._waited += timedelta(minutes=minutes)
        assert self._outside is not None
        await SettledRequests(self._parts, self._outside.ledger).run()
        await self._way.settles()

    async def _set(self, order_number: str, **values: object) -> None:
        await change(self._orders, sa.update(orders).where(orders.c.order_number == order_number).values(**values))


@dataclass(frozen=True)
class ShopSystem:
    """A shop's own order records, which can be switched off, and the ledger that keeps what they cannot take."""

    records: CanFail
    ledger: Ledger

    @classmethod
    def of(cls, database: Database, shop_system: Database, now: Callable[[], datetime]) -> ShopSystem:
        records = CanFail(OwnRecords(shop_system))
        return cls(records, Ledger(database, records, now))


def services_for(
    database: Database, shared: services.Services, records: OrderRecords | None = None
) -> services.Services:
    """Services of one scenario's own database, with the articles already open and the rules already read."""
    records = records or OwnRecords(database)
    return replace(
        shared,
        database=database,
        records=records,
        identity=Identity(database, records, shared.limits.identity),
        codes=Codes(database, ConsoleSender(), shared.limits.identity_code, make=lambda: "246810"),
        open_knowledge=lambda: shared.knowledge,
    )
