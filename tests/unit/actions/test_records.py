"""The demo shop's orders, and changes to them: once a message, and only while rules and state allow."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from actions.records import demo
from actions.records.database import Database
from actions.records.models import Outcome
from actions.records.own import OwnRecords
from actions.records.port import Request
from actions.records.tables import customers, orders, refunds, service_requests
from tests.databases import rows
from tests.unit.actions.conftest import TODAY, Clock

PAID, IN_TRANSIT = "SO202611010001", "SO202611010002"
OWNER = {PAID: "C10001", IN_TRANSIT: "C10002"}


async def cancel(shop: Database, number: str, message: str, customer: str | None = None) -> Outcome:
    request = Request(
        "cancel_order",
        number,
        customer or OWNER[number],
        "talk",
        message,
        allowed_states=("paid",),
        terms={"refund_days": 5},
    )
    return await OwnRecords(shop).carry_out(request)


async def expedite(records: OwnRecords, number: str, message: str) -> Outcome:
    states = ("paid", "in_transit")
    request = Request("expedite_order", number, OWNER[number], "talk", message, states, once_in_hours=24)
    return await records.carry_out(request)


async def test_the_demo_shop_is_the_one_of_the_design(shop: Database) -> None:
    states = {row.order_number: row.state for row in await rows(shop, sa.select(orders))}
    assert states == {
        "SO202611010001": "paid",
        "SO202611010002": "in_transit",
        "SO202611010003": "delivered",
        "SO202611010004": "refunding",
        "SO202611010005": "cancelled",
        "SO202611010006": "in_transit",
    }
    people = {row.id: row for row in await rows(shop, sa.select(customers))}
    endings = {row.order_number: people[row.customer_id].last_four for row in await rows(shop, sa.select(orders))}
    assert endings == {f"SO20261101000{number}": f"800{number}" for number in range(1, 7)}
    assert (people["C10001"].name, people["C10002"].name) == ("张伟", "Alice Chen")
    reader = OwnRecords(shop)
    late = await reader.order("SO202611010006")
    on_time = await reader.order("SO202611010002")
    assert late is not None
    assert on_time is not None
    assert late.is_late(TODAY)
    assert not on_time.is_late(TODAY)
    assert len(on_time.events) == 6
    assert [event.at for event in on_time.events] == sorted((e.at for e in on_time.events), reverse=True)
    assert all(set(event.text) == {"zh", "en"} for event in on_time.events)
    refund = await reader.refund("SO202611010004")
    assert refund is not None
    assert refund.state == "approved"


async def test_seeding_again_adds_nothing_and_undoes_nothing(shop: Database) -> None:
    await cancel(shop, PAID, "m1")
    before = await rows(shop, sa.select(orders))
    await demo.seed(shop, TODAY)
    assert await rows(shop, sa.select(orders)) == before
    assert len(await rows(shop, sa.select(customers))) == 6


async def test_a_cancelled_order_gets_its_money_back(shop: Database) -> None:
    outcome = await cancel(shop, PAID, "m1")
    assert outcome == Outcome("done", "cancelled", 31700, "CNY", outcome.reference)
    assert outcome.reference.startswith("RQ")
    refund = await OwnRecords(shop).refund(PAID)
    assert refund is not None
    assert (refund.state, refund.amount_minor) == ("requested", 31700)
    order = await OwnRecords(shop).order(PAID)
    assert order is not None
    assert order.state == "cancelled"
    assert order.cancelled_at is not None


async def test_the_same_message_cancels_once_and_is_told_the_same_again(shop: Database) -> None:
    first = await cancel(shop, PAID, "m1")
    assert await cancel(shop, PAID, "m1") == first
    assert len([row for row in await rows(shop, sa.select(refunds)) if row.order_number == PAID]) == 1


async def test_another_message_is_told_that_it_is_done_already(shop: Database) -> None:
    await cancel(shop, PAID, "m1")
    assert (await cancel(shop, PAID, "m2")).result == "already"
    assert len([row for row in await rows(shop, sa.select(refunds)) if row.order_number == PAID]) == 1


async def test_many_at_once_cancel_once(shop: Database) -> None:
    outcomes = await asyncio.gather(*(cancel(shop, PAID, f"m{number % 4}") for number in range(12)))
    results = sorted(outcome.result for outcome in outcomes)
    assert results == ["already"] * 9 + ["done"] * 3
    assert len([row for row in await rows(shop, sa.select(refunds)) if row.order_number == PAID]) == 1


async def test_a_shipped_order_stays_as_it_is(shop: Database) -> None:
    before = await rows(shop, sa.select(orders))
    assert await cancel(shop, IN_TRANSIT, "m1") == Outcome("refused", "in_transit", reason="state")
    assert await rows(shop, sa.select(orders)) == before


async def test_nobody_cancels_an_order_of_somebody_else(shop: Database) -> None:
    before = await rows(shop, sa.select(orders))
    assert (await cancel(shop, PAID, "m1", customer="C10002")).result == "unknown"
    assert (await cancel(shop, PAID, "m2")).result == "done"
    assert len(before) == 6


async def test_a_nudge_is_noted_once_a_day(shop: Database, clock: Clock) -> None:
    records = OwnRecords(shop, now=clock)
    assert (await expedite(records, IN_TRANSIT, "m1")).result == "noted"
    assert (await expedite(records, IN_TRANSIT, "m1")).result == "noted"
    assert (await expedite(records, IN_TRANSIT, "m2")).result == "already"
    clock.go_on(24 * 60 + 1)
    assert (await expedite(records, IN_TRANSIT, "m3")).result == "noted"
    assert [row.message_id for row in await rows(shop, sa.select(service_requests))] == ["m1", "m3"]


async def test_orders_of_a_customer_come_newest_first(shop: Database) -> None:
    found = await OwnRecords(shop).orders_of_customers(["C10001", "C10003", "C10006"])
    assert [order.order_number[-1] for order in found] == ["1", "3", "6"]
    assert await OwnRecords(shop).orders_of_customers(["nobody"]) == []
    assert await OwnRecords(shop).order("SO000000000000") is None


async def test_an_order_that_was_promised_for_today_is_not_late(shop: Database) -> None:
    order = await OwnRecords(shop).order(IN_TRANSIT)
    assert order is not None
    assert not replace(order, promised_on=TODAY).is_late(TODAY)
    assert not replace(order, promised_on=None).is_late(TODAY)


def test_other_databases_are_refused_in_plain_words() -> None:
    with pytest.raises(ValueError, match="Use sqlite"):
        Database("mysql://shop@db/kefu")
