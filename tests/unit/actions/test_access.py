"""While the shop's system is down, a yes finds the order it was asked about; nothing else is told from memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions import access, services
from actions.records import demo, recently_seen
from actions.records.database import Database
from actions.records.ledger import Ledger
from actions.records.own import OwnRecords
from actions.records.port import RecordsUnavailable
from actions.records.tables import service_requests
from actions.turn import CustomerTurn
from tests.databases import copy_of, rows
from tests.outages import CanFail
from tests.unit.actions.conftest import TODAY
from tests.unit.actions.form_talk import FormTalk

PAID = "SO202611010001"
TURN = CustomerTurn("talk", "m", "C10001", "", "", "track_order", 1.0, (), (), "zh", None, None)
YES = replace(TURN, intent="affirm", text="是的")


@dataclass
class World:
    shop: CanFail


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    database = Database(copy_of(template, tmp_path))
    await demo.seed(database, TODAY)
    shop = CanFail(OwnRecords(database))
    services.install(services.build(database, shop))
    recently_seen._seen.clear()
    yield World(shop)
    services._installed.clear()
    await database.close()


async def test_a_yes_finds_what_it_was_asked_about(world: World) -> None:
    assert await access.permitted(TURN, "track_order", PAID) is not None
    world.shop.down = True
    order = await access.permitted(YES, "track_order", PAID)
    assert order is not None
    assert order.order_number == PAID
    with pytest.raises(RecordsUnavailable):
        await access.orders(TURN, "track_order")


async def test_what_was_never_seen_is_not_invented(world: World) -> None:
    world.shop.down = True
    with pytest.raises(RecordsUnavailable):
        await access.orders(YES, "track_order")


async def test_only_orders_of_whoever_is_verified_now(world: World) -> None:
    await access.orders(TURN, "track_order")
    world.shop.down = True
    assert await access.orders(replace(YES, customer_id=None), "track_order") == []
    with pytest.raises(RecordsUnavailable):
        await access.orders(replace(YES, customer_id="C10002"), "track_order")
    with pytest.raises(RecordsUnavailable):
        await access.orders(replace(YES, conversation_id="another"), "track_order")


async def test_memory_is_short(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await access.orders(TURN, "track_order")
    world.shop.down = True
    monkeypatch.setattr(recently_seen, "MINUTES", 0)
    with pytest.raises(RecordsUnavailable):
        await access.orders(YES, "track_order")


async def test_a_confirmed_cancellation_is_kept_while_the_system_is_down(world: World) -> None:
    current = services.current()
    services.install(replace(current, records=Ledger(current.database, world.shop)))
    talk = FormTalk(customer="C10001")
    (asked,) = await talk.say(f"取消订单{PAID}", "cancel_order")
    world.shop.down = True
    (reply,) = await talk.press(next(payload for payload in asked.buttons if payload.startswith("/affirm")))
    assert reply.key == "utter_request_kept"
    assert reply.arguments["reference"].startswith("RQ")
    (kept,) = await rows(current.database, sa.select(service_requests))
    assert (kept.state, kept.reference, kept.kind) == ("pending", reply.arguments["reference"], "cancel_order")
