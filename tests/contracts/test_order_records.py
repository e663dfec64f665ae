"""What the bot may rely on, whatever keeps the shop's order records: one suite over every implementation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.records.models import Outcome
from actions.records.port import RecordsUnavailable, Request
from actions.records.tables import service_requests
from lang.shop_clock import shop_zone
from tests.contracts.record_shops import SHOPS, Shop, open_shop
from tests.databases import change, rows
from tests.unit.actions.conftest import TODAY

PAID, IN_TRANSIT, DELIVERED, REFUNDING = (f"SO20261101000{number}" for number in (1, 2, 3, 4))
UNKNOWN = "SO999999999999"
RULES: dict[str, dict[str, Any]] = {
    "cancel_order": {"allowed_states": ("paid",), "terms": {"refund_days": 5}},
    "expedite_order": {"allowed_states": ("paid", "in_transit"), "once_in_hours": 24},
    "return_item": {"allowed_states": ("delivered",), "within_days": 7, "details": {"reason": "太大了"}},
    "request_invoice": {"details": {"title": "杭州某某公司", "items": [1, 2]}},
}


@pytest.fixture(params=SHOPS)
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(request.param, request, tmp_path) as opened:
        yield opened


@pytest.fixture(params=[kind for kind in SHOPS if not kind.startswith("own")])
async def remote(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    """Shops whose system can be down while Kefu is up."""
    async with open_shop(request.param, request, tmp_path) as opened:
        yield opened


def wish(shop: Shop, kind: str, number: str, message: str = "m1", **changes: Any) -> Request:
    request = Request(kind, number, shop.person(int(number[-1])), "talk", message, **RULES[kind])
    return replace(request, **changes)


async def requests_kept(shop: Shop) -> list[Any]:
    return await rows(shop.ours, sa.select(service_requests).order_by(service_requests.c.id))


def shop_time(days_ago: int, hour: int, minute: int) -> datetime:
    day = TODAY - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=shop_zone())


# --- reading ------------------------------------------------------------------------------------
async def test_an_order_with_all_that_is_told_of_it(shop: Shop) -> None:
    order = await shop.records.order(IN_TRANSIT)
    assert order is not None
    assert (order.order_number, order.customer_id, order.state) == (IN_TRANSIT, shop.person(2), "in_transit")
    assert (order.total_minor, order.currency, order.payment_method) == (89900, "CNY", "alipay")
    assert (order.courier, order.tracking_number) == ("sf", "SF1407000020002")
    assert order.placed_at == shop_time(3, 10, 26)
    assert order.promised_on == TODAY + timedelta(days=1)
    assert (order.delivered_at, order.cancelled_at) == (None, None)
    (item,) = order.items
    assert item.name["zh"] == "无线降噪耳机 NC200 黑色"
    assert item.name["en"] == "Wireless noise-cancelling headphones NC200, black"
    assert (item.quantity, item.unit_price_minor) == (1, 89900)
    assert [event.at for event in order.events] == [
        *(shop_time(1, 19, 30), shop_time(1, 6, 52)),
        *(shop_time(2, 23, 15), shop_time(2, 20, 27), shop_time(2, 16, 40), shop_time(2, 14, 8)),
    ]
    assert order.events[0].text["en"].startswith("[Shanghai]")
    assert order.events[0].text["zh"].startswith("【上海】")


async def test_the_items_keep_their_order(shop: Shop) -> None:
    order = await shop.records.order(PAID)
    assert order is not None
    assert [(item.name["en"][:9], item.quantity) for item in order.items] == [("Insulated", 2), ("Insulated", 1)]
    assert (order.courier, order.tracking_number, order.events) == (None, None, ())


async def test_moments_of_every_kind(shop: Shop) -> None:
    delivered, cancelled = await shop.records.order(DELIVERED), await shop.records.order("SO202611010005")
    assert delivered is not None
    assert cancelled is not None
    assert delivered.delivered_at == shop_time(5, 18, 22)
    assert cancelled.cancelled_at == shop_time(6, 9, 30)
    assert delivered.delivered_at.tzinfo is not None


async def test_what_is_not_there(shop: Shop) -> None:
    for number in (UNKNOWN, "", ".", "..", "'; DROP TABLE 订单; --", "SO 1/../2", "１２"):
        assert await shop.records.order(number) is None
        assert await shop.records.refund(number) is None
        assert await shop.records.owner(number, "8001") is None
    assert await shop.records.orders_of_customers(["nobody"]) == []
    assert await shop.records.orders_of_customers([]) == []
    assert await shop.records.customer("nobody") is None


async def test_orders_of_customers_newest_first(shop: Shop) -> None:
    people = [shop.person(number) for number in (1, 3, 6)]
    found = await shop.records.orders_of_customers(people)
    assert [order.order_number[-1] for order in found] == ["1", "3", "6"]
    assert [order.order_number[-1] for order in await shop.records.orders_of_customers(people, limit=2)] == ["1", "3"]
    assert {order.customer_id for order in found} == set(people)
    assert all(order.items for order in found)


async def test_a_refund(shop: Shop) -> None:
    refund = await shop.records.refund(REFUNDING)
    assert refund is not None
    assert (refund.state, refund.amount_minor, refund.currency) == ("approved", 45900, "CNY")
    assert (refund.payment_method, refund.requested_at) == ("card", shop_time(3, 9, 45))
    assert refund.expected_on == TODAY + timedelta(days=3)
    assert (refund.approved_at or refund.updated_at) == shop_time(1, 15, 10)
    assert refund.paid_at is None
    assert await shop.records.refund(PAID) is None


async def test_the_owner_by_the_last_four_digits(shop: Shop) -> None:
    assert await shop.records.owner(IN_TRANSIT, "8002") == shop.person(2)
    for digits in ("8001", "", "????", "28002", "８００２", "002", "None"):
        assert await shop.records.owner(IN_TRANSIT, digits) is None
    assert await shop.records.owner(UNKNOWN, "????") is None


async def test_a_customer_is_masked(shop: Shop) -> None:
    person = await shop.records.customer(shop.person(2))
    assert person is not None
    assert (person.customer_id, person.name) == (shop.person(2), "A** C**")
    assert person.phone.endswith("8002")
    assert set(person.phone[:-4]) == {"*"}
    assert person.email == "a***@mail.example"


# --- changing -----------------------------------------------------------------------------------
async def test_a_cancelled_order_gets_its_money_back(shop: Shop) -> None:
    outcome = await shop.records.carry_out(wish(shop, "cancel_order", PAID))
    assert outcome == Outcome("done", "cancelled", 31700, "CNY", outcome.reference)
    assert outcome.reference.startswith("RQ")
    order, refund = await shop.records.order(PAID), await shop.records.refund(PAID)
    assert order is not None
    assert refund is not None
    assert (order.state, order.cancelled_at) == ("cancelled", shop.clock())
    assert (refund.state, refund.amount_minor, refund.requested_at) == ("requested", 31700, shop.clock())
    assert refund.expected_on == date(2026, 11, 26)
    assert [(row.kind, row.state, row.reference) for row in await requests_kept(shop)] == [
        ("cancel_order", "done", outcome.reference)
    ]


async def test_the_same_message_changes_once_and_is_told_the_same_again(shop: Shop) -> None:
    first = await shop.records.carry_out(wish(shop, "cancel_order", PAID))
    assert await shop.records.carry_out(wish(shop, "cancel_order", PAID)) == first
    assert (await shop.records.carry_out(wish(shop, "cancel_order", PAID, "m2"))).result == "already"
    assert await shop.refunds_of(PAID) == 1


async def test_many_at_once_change_once(shop: Shop) -> None:
    wishes = (wish(shop, "cancel_order", PAID, f"m{number}") for number in range(6))
    results = [outcome.result for outcome in await asyncio.gather(*map(shop.records.carry_out, wishes))]
    assert sorted(results) == ["already"] * 5 + ["done"]
    assert await shop.refunds_of(PAID) == 1


async def test_what_happened_since_the_question_is_seen(shop: Shop) -> None:
    await shop.set_state(PAID, "in_transit")
    outcome = await shop.records.carry_out(wish(shop, "cancel_order", PAID))
    assert (outcome.result, outcome.state, outcome.reason) == ("refused", "in_transit", "state")
    order = await shop.records.order(PAID)
    assert order is not None
    assert order.state == "in_transit"
    assert await shop.records.refund(PAID) is None


async def test_nobody_changes_an_order_of_somebody_else(shop: Shop) -> None:
    for kind in RULES:
        strange = wish(shop, kind, PAID, f"{kind} 1", customer_id=shop.person(2))
        assert (await shop.records.carry_out(strange)).result == "unknown"
        missing = replace(strange, order_number=UNKNOWN, message_id=f"{kind} 2")
        assert (await shop.records.carry_out(missing)).result == "unknown"
    assert (await shop.records.carry_out(wish(shop, "cancel_order", PAID, "theirs"))).result == "done"


async def test_what_nothing_carries_out_is_noted_for_the_staff(shop: Shop) -> None:
    outcome = await shop.records.carry_out(wish(shop, "request_invoice", DELIVERED))
    assert (outcome.result, outcome.state) == ("noted", "delivered")
    (kept,) = await requests_kept(shop)
    assert (kept.kind, kept.state, kept.reference) == ("request_invoice", "open", outcome.reference)
    assert (kept.details, kept.conversation_id) == (RULES["request_invoice"]["details"], "talk")
    again = await shop.records.carry_out(wish(shop, "request_invoice", DELIVERED, "m2"))
    assert again.result == "noted"
    assert again.reference != outcome.reference


async def test_a_nudge_is_noted_once_a_day(shop: Shop) -> None:
    first = await shop.records.carry_out(wish(shop, "expedite_order", IN_TRANSIT, "m1"))
    second = await shop.records.carry_out(wish(shop, "expedite_order", IN_TRANSIT, "m2"))
    assert (first.result, second.result, second.reference) == ("noted", "already", first.reference)
    shop.clock.go_on(24 * 60 + 1)
    assert (await shop.records.carry_out(wish(shop, "expedite_order", IN_TRANSIT, "m3"))).result == "noted"


async def test_a_time_limit_counts_from_the_delivery(shop: Shop) -> None:
    late = await shop.records.carry_out(wish(shop, "return_item", DELIVERED, "m1", within_days=4))
    assert (late.result, late.reason) == ("refused", "too_late")
    granted = {"amount_minor": 19900, "granted": False}
    in_time = await shop.records.carry_out(wish(shop, "return_item", DELIVERED, "m2", within_days=5, terms=granted))
    assert (in_time.result, in_time.reason) == ("noted", "")
    assert (await shop.records.carry_out(wish(shop, "return_item", IN_TRANSIT, "m3"))).reason == "state"


# --- while the shop's system is down ------------------------------------------------------------
async def test_while_it_is_down_nothing_is_invented(remote: Shop) -> None:
    assert remote.switch is not None
    remote.switch(False)
    with pytest.raises(RecordsUnavailable):
        await remote.records.order(PAID)
    with pytest.raises(RecordsUnavailable):
        await remote.records.orders_of_customers([remote.person(1)])
    with pytest.raises(RecordsUnavailable):
        await remote.records.owner(PAID, "8001")


async def test_a_wish_outlives_the_outage(remote: Shop) -> None:
    assert remote.switch is not None
    remote.switch(False)
    told = await remote.records.carry_out(wish(remote, "cancel_order", PAID))
    assert told.result == "unavailable"
    assert told.reference.startswith("RQ")
    assert await remote.records.carry_out(wish(remote, "cancel_order", PAID)) == told
    remote.clock.go_on(1.1)
    assert await remote.ledger.retry() == 0
    assert await remote.ledger.untold() == []
    remote.switch(True)
    remote.clock.go_on(2.1)
    assert await remote.ledger.retry() == 1
    (settled,) = await remote.ledger.untold()
    assert (settled.reference, settled.state) == (told.reference, "done")
    assert settled.request == wish(remote, "cancel_order", PAID)
    assert await remote.ledger.retry() == 0
    order = await remote.records.order(PAID)
    assert order is not None
    assert order.state == "cancelled"
    assert [row.state for row in await requests_kept(remote)] == ["done"]


async def test_the_customer_is_told_even_after_a_crash(remote: Shop) -> None:
    assert remote.switch is not None
    remote.switch(False)
    await remote.records.carry_out(wish(remote, "request_invoice", DELIVERED))
    remote.switch(True)
    remote.clock.go_on(2)
    await remote.ledger.retry()
    (settled,) = await remote.ledger.untold()
    assert await remote.ledger.untold() == []  # somebody is at it
    remote.clock.go_on(6)
    assert await remote.ledger.untold() == [settled]
    await remote.ledger.told(settled)
    remote.clock.go_on(6)
    assert await remote.ledger.untold() == []
    assert settled.state == "open"


async def test_a_request_that_a_crash_cut_short_is_taken_up(remote: Shop) -> None:
    """The request was written down, the process died before the shop's system answered."""
    request = wish(remote, "cancel_order", PAID)
    await remote.ours.write(remote.ledger._begin, request)
    assert await remote.ledger.retry() == 0
    remote.clock.go_on(6)
    assert await remote.ledger.retry() == 1
    outcome = await remote.records.carry_out(request)
    assert (outcome.result, outcome.state) == ("done", "cancelled")


async def test_an_answer_that_got_lost_changes_nothing_twice(remote: Shop) -> None:
    assert remote.lose_next_answer is not None
    for kind, number, state in (("cancel_order", PAID, "done"), ("return_item", DELIVERED, "open")):
        remote.lose_next_answer()
        assert (await remote.records.carry_out(wish(remote, kind, number))).result == "unavailable"
        remote.clock.go_on(2)
        assert await remote.ledger.retry() == 1
        (settled,) = await remote.ledger.untold()
        assert settled.state == state
    assert await remote.refunds_of(PAID) == 1


async def test_conditions_hold_at_the_moment_of_the_change(remote: Shop) -> None:
    assert remote.switch is not None
    remote.switch(False)
    await remote.records.carry_out(wish(remote, "cancel_order", PAID))
    remote.switch(True)
    await remote.set_state(PAID, "in_transit")
    remote.clock.go_on(2)
    assert await remote.ledger.retry() == 1
    (settled,) = await remote.ledger.untold()
    assert settled.state == "dropped"
    assert await remote.refunds_of(PAID) == 0


async def test_after_a_day_it_is_left_to_the_staff(remote: Shop) -> None:
    assert remote.switch is not None
    remote.switch(False)
    told = await remote.records.carry_out(wish(remote, "cancel_order", PAID))
    remote.clock.go_on(24 * 60 + 1)
    assert await remote.ledger.retry() == 1
    (settled,) = await remote.ledger.untold()
    assert (settled.reference, settled.state) == (told.reference, "given_up")


async def test_of_two_workers_one_tries_again(remote: Shop) -> None:
    assert remote.switch is not None
    remote.switch(False)
    for number in range(3):
        await remote.records.carry_out(wish(remote, "request_invoice", DELIVERED, f"m{number}"))
    remote.switch(True)
    remote.clock.go_on(2)
    settled = await asyncio.gather(*(remote.ledger.retry() for _ in range(3)))
    assert sorted(settled) == [0, 0, 3]
    untold = await asyncio.gather(*(remote.ledger.untold() for _ in range(3)))
    assert sorted(map(len, untold)) == [0, 0, 3]


# --- putting right what was asked for -----------------------------------------------------------
async def test_what_is_put_right_stays_one_request(shop: Shop) -> None:
    kinds = ("request_invoice", "return_item") if shop.after_sale else ("request_invoice",)
    for kind in kinds:
        first = await shop.records.carry_out(wish(shop, kind, DELIVERED, f"{kind} 1"))
        better = wish(shop, kind, DELIVERED, f"{kind} 2", corrects=f"{kind} 1", details={"reason": "太小了"})
        told = await shop.records.carry_out(better)
        assert (told.result, told.reference) == ("changed", first.reference)
        assert await shop.records.carry_out(better) == told, "the same message again changes nothing more"
        again = replace(better, message_id=f"{kind} 3", details={"reason": "颜色不对"})
        assert (await shop.records.carry_out(again)).reference == first.reference
    assert [(row.kind, row.state, row.details) for row in await requests_kept(shop)] == [
        (kind, "open", {"reason": "颜色不对"}) for kind in kinds
    ]
    if shop.after_sale:
        assert await shop.after_sale() == ["颜色不对"]


async def test_what_is_settled_or_somebody_elses_is_not_put_right(shop: Shop) -> None:
    first = await shop.records.carry_out(wish(shop, "request_invoice", DELIVERED, "m1"))
    elsewhere = wish(shop, "request_invoice", DELIVERED, "m2", corrects="m1", conversation_id="another talk")
    assert (await shop.records.carry_out(elsewhere)).result == "noted"
    await change(shop.ours, service_requests.update().values(state="done"))
    new = await shop.records.carry_out(wish(shop, "request_invoice", DELIVERED, "m3", corrects="m1"))
    assert new.result == "noted"
    assert new.reference != first.reference
    assert [row.state for row in await requests_kept(shop)] == ["done", "done", "open"]


async def test_a_correction_outlives_the_outage(remote: Shop) -> None:
    assert remote.switch is not None
    first = await remote.records.carry_out(wish(remote, "return_item", DELIVERED, "m1"))
    remote.switch(False)
    better = wish(remote, "return_item", DELIVERED, "m2", corrects="m1", details={"reason": "太小了"})
    told = await remote.records.carry_out(better)
    assert (told.result, told.reference) == ("unavailable", first.reference)
    best = replace(better, message_id="m3", details={"reason": "颜色不对"})
    assert (await remote.records.carry_out(best)).reference == first.reference
    remote.switch(True)
    remote.clock.go_on(2.1)
    assert await remote.ledger.retry() == 1
    (settled,) = await remote.ledger.untold()
    assert (settled.reference, settled.state, settled.request.details) == (first.reference, "open", best.details)
    assert [row.state for row in await requests_kept(remote)] == ["open"]
    if remote.after_sale:
        assert await remote.after_sale() == ["颜色不对"]
