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
from bot.conversation.accept import accept
from bot.conversation.handle import drain
from bot.jobs.settled_requests import SettledRequests
from bot.messages import Attachment, Conversation, Customer, Incoming, OfferedButton, StoredMessage
from bot.ports import Parts
from tests.databases import change
from tests.outages import CanFail
from tests.scenarios.scenario import Line, Scenario


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

    def __init__(self, parts: Parts, database: Database, scenario: Scenario, shop_system: Database) -> None:
        self._parts = parts
        self._scenario = scenario
        self._lines = 0
        self._waited = timedelta()
        self._orders = database
        self._outside: ShopSystem | None = None
        if scenario.meets_an_outage:
            self._orders = shop_system
            self._outside = ShopSystem.of(database, shop_system, now=lambda: clock.now() + self._waited)
            services.install(services_for(database, services.current(), self._outside.ledger))

    async def arrive(self) -> None:
        customer = Customer(self._scenario.customer) if self._scenario.customer else None
        conversation = await self._parts.store.open_conversation(
            "web", "visitor", language=self._scenario.language, customer=customer
        )
        self._id = conversation.id
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
        message = await self._wait(line.wait) if line.wait is not None else await self._send(line)
        history = await self._parts.store.history(self._id)
        return Answered(
            message=next((stored for stored in history if stored.id == message), None),
            replies=[stored for stored in history if stored.id not in before and stored.id != message],
            conversation=await self._parts.store.conversation(self._id),
        )

    async def state_of(self, order_number: str) -> str:
        order = await OwnRecords(self._orders).order(order_number)
        assert order is not None, f"there is no order {order_number}"
        return order.state

    async def _send(self, line: Line) -> str:
        self._lines += 1
        incoming = Incoming("web", "visitor", f"line {self._lines}", text=line.say or "", address="203.0.113.7")
        if line.press is not None:
            incoming = replace(incoming, payload=(await self._button(line.press)).id)
        if line.photo is not None:
            incoming = replace(incoming, attachment=Attachment(line.photo, "image/jpeg", 81_920, "/files/1"))
        message = (await accept(self._parts, incoming)).message
        await drain(self._parts, self._id)
        return message.id

    async def _wait(self, minutes: int) -> None:
        """What runs now and then has run."""
        self._waited += timedelta(minutes=minutes)
        assert self._outside is not None
        await SettledRequests(self._parts, self._outside.ledger).run()
        await drain(self._parts, self._id)

    async def _set(self, order_number: str, **values: object) -> None:
        await change(self._orders, sa.update(orders).where(orders.c.order_number == order_number).values(**values))

    async def _button(self, label: str) -> OfferedButton:
        history = await self._parts.store.history(self._id)
        offered = [button for message in history for button in message.buttons]
        found = [button for button in offered if label in button.labels.values()]
        assert found, f"no button reads {label!r}; there are {[dict(button.labels) for button in offered]}"
        return found[-1]


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
