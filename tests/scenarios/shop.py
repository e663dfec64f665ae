"""One customer in a fresh shop: the real core, store and brain, without HTTP."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from actions import services
from actions.identity.codes import Codes
from actions.identity.console_sender import ConsoleSender
from actions.records import clock
from actions.records.database import Database
from actions.records.own import OwnRecords
from actions.records.tables import orders
from bot.conversation.accept import accept
from bot.conversation.handle import drain
from bot.messages import Conversation, Customer, Incoming, OfferedButton, StoredMessage
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
    """What a customer's line led to."""

    message: StoredMessage
    replies: list[StoredMessage]
    conversation: Conversation


class CustomerAtShop:
    """Plays the turns of one scenario."""

    def __init__(self, parts: Parts, database: Database, scenario: Scenario) -> None:
        self._parts = parts
        self._database = database
        self._scenario = scenario
        self._lines = 0
        self._records = services.current().records
        assert isinstance(self._records, CanFail)

    async def arrive(self) -> None:
        customer = Customer(self._scenario.customer) if self._scenario.customer else None
        conversation = await self._parts.store.open_conversation(
            "web", "visitor", language=self._scenario.language, customer=customer
        )
        self._id = conversation.id
        for number, owner in self._scenario.owns.items():
            await change(
                self._database, sa.update(orders).where(orders.c.order_number == number).values(customer_id=owner)
            )

        for number in self._scenario.delivered:
            arrived = {"state": "delivered", "delivered_at": clock.now()}
            await change(self._database, sa.update(orders).where(orders.c.order_number == number).values(**arrived))

    async def write(self, line: Line) -> Answered:
        self._lines += 1
        if line.records is not None:
            self._records.down = line.records == "down"
        incoming = Incoming("web", "visitor", f"line {self._lines}", address="203.0.113.7")
        if line.press is not None:
            incoming = replace(incoming, payload=(await self._button(line.press)).id)
        else:
            incoming = replace(incoming, text=line.say or "")
        message = (await accept(self._parts, incoming)).message
        await drain(self._parts, self._id)
        history = await self._parts.store.history(self._id)
        return Answered(
            message=next(stored for stored in history if stored.id == message.id),
            replies=[stored for stored in history if stored.in_reply_to == message.id],
            conversation=await self._parts.store.conversation(self._id),
        )

    async def state_of(self, order_number: str) -> str:
        order = await OwnRecords(self._database).order(order_number)
        assert order is not None, f"there is no order {order_number}"
        return order.state

    async def _button(self, label: str) -> OfferedButton:
        history = await self._parts.store.history(self._id)
        offered = [button for message in history for button in message.buttons]
        found = [button for button in offered if label in button.labels.values()]
        assert found, f"no button reads {label!r}; there are {[dict(button.labels) for button in offered]}"
        return found[-1]


def services_for(database: Database, shared: services.Services) -> services.Services:
    """Services of one scenario's own database, with the articles already open and records that can be switched off."""
    built = services.build(database)
    codes = Codes(database, ConsoleSender(), built.limits.identity_code, make=lambda: "246810")
    records = CanFail(built.records)
    return replace(built, records=records, codes=codes, open_knowledge=lambda: shared.knowledge)
