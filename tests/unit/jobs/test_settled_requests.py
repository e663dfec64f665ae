"""A wish that outlived an outage: carried out later, and its customer told, once, in their language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from actions.records import demo
from actions.records.database import Database
from actions.records.dossier import OrderDossier
from actions.records.ledger import Ledger
from actions.records.own import OwnRecords
from actions.records.port import Request
from bot.jobs.settled_requests import SettledRequests
from bot.messages import Author, Conversation, StoredMessage
from bot.responses import ResponseCatalogue
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeQueue, fake_parts
from tests.outages import CanFail
from tests.unit.actions.conftest import TODAY, Clock

RESPONSES = ResponseCatalogue.load(Path(__file__).resolve().parents[3] / "data" / "responses")
PAID = "SO202611010001"


@dataclass
class World:
    store: SqlAlchemyStore
    shop: CanFail
    ledger: Ledger
    job: SettledRequests
    clock: Clock
    dossier: OrderDossier

    async def customer(self, language: str) -> Conversation:
        return await self.store.open_conversation("web", language, language=language)  # type: ignore[arg-type]

    async def asks(self, conversation: Conversation, states: tuple[str, ...] = ("paid",)) -> str:
        request = Request("cancel_order", PAID, "C10001", conversation.id, "m", states, terms={"refund_days": 5})
        return (await self.ledger.carry_out(request)).reference

    async def heard(self, conversation: Conversation) -> list[StoredMessage]:
        return await self.store.history(conversation.id)


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    database, clock = Database(copy_of(template, tmp_path)), Clock()
    other = Database(copy_of(template, tmp_path))
    await demo.seed(other, TODAY)
    store = SqlAlchemyStore(database, queue=FakeQueue())
    shop = CanFail(OwnRecords(other, clock))
    ledger = Ledger(database, shop, clock)
    parts = fake_parts(store, responses=RESPONSES)
    yield World(store, shop, ledger, SettledRequests(parts, ledger), clock, OrderDossier(database, ledger))
    await database.close()
    await other.close()


@pytest.mark.parametrize(("language", "words"), [("zh", "已为您办好"), ("en", "has been carried out")])
async def test_the_customer_hears_that_it_is_done(language: str, words: str, world: World) -> None:
    conversation = await world.customer(language)
    world.shop.down = True
    reference = await world.asks(conversation)
    (unseen,) = await world.dossier.orders_of_conversation(conversation.id, "C10001")
    assert (unseen["order_number"], unseen["unavailable"]) == (PAID, True)
    assert [(each["reference"], each["state"]) for each in unseen["requests"]] == [(reference, "pending")]
    world.clock.go_on(2)
    assert await world.job.run() == 0
    world.shop.down = False
    world.clock.go_on(3)
    assert await world.job.run() == 1
    (message,) = await world.heard(conversation)
    assert message.author is Author.SYSTEM
    assert message.key == "utter_request_done"
    assert words in message.text
    assert reference in message.text
    world.clock.go_on(60)
    assert await world.job.run() == 0
    assert len(await world.heard(conversation)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_wish_about_no_order_names_none(language: str, world: World) -> None:
    conversation = await world.customer(language)
    world.shop.down = True
    await world.ledger.carry_out(Request("newsletter_stop", "", "C10001", conversation.id, "m"))
    world.shop.down = False
    world.clock.go_on(2)
    assert await world.job.run() == 1
    (message,) = await world.heard(conversation)
    assert message.key == "utter_wish_open"
    assert "order_number" not in message.arguments
    assert "{" not in message.text


async def test_what_became_impossible_is_told_too(world: World) -> None:
    conversation = await world.customer("zh")
    world.shop.down = True
    await world.asks(conversation, ("delivered",))
    world.shop.down = False
    world.clock.go_on(2)
    assert await world.job.run() == 1
    (message,) = await world.heard(conversation)
    assert message.key == "utter_request_dropped"
    assert [button.payload for button in message.buttons] == ['/request_human{"handoff_rule": "request_not_done"}']


async def test_what_is_given_up_is_told_and_stays_with_the_desk(world: World) -> None:
    conversation = await world.customer("en")
    world.shop.down = True
    await world.asks(conversation)
    world.clock.go_on(25 * 60)
    assert await world.job.run() == 1
    (message,) = await world.heard(conversation)
    assert message.key == "utter_request_given_up"
    world.shop.down = False
    (order,) = await world.dossier.orders_of_conversation(conversation.id, "C10001")
    assert [request["state"] for request in order["requests"]] == ["given_up"]


async def test_a_customer_who_was_forgotten_holds_nobody_up(world: World) -> None:
    world.shop.down = True
    gone = Request("cancel_order", PAID, "C10001", "f" * 32, "m", ("paid",), terms={"refund_days": 5})
    await world.ledger.carry_out(gone)
    world.shop.down = False
    world.clock.go_on(2)
    assert await world.job.run() == 1
    assert await world.ledger.untold() == []
