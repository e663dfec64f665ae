"""A complaint: what it is about, what may be offered for it, and that it is kept and settled once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from actions import limits
from actions.complaint_rules import cause_of, is_bare, remedies
from actions.records import complaints
from actions.records.complaints import Matter
from actions.records.coupons import of_customers
from actions.records.database import Database
from actions.records.models import Item, Order
from actions.records.own import OwnRecords
from actions.records.port import Request
from tests.unit.actions.conftest import Clock

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
LIMITS = limits.load().complaint
LATE = Order(
    "SO202611010006",
    "C10006",
    "in_transit",
    NOW - timedelta(days=9),
    20000,
    "CNY",
    "card",
    "ems",
    "EB1",
    date(2026, 11, 19),
    None,
    None,
    (Item({"zh": "书包", "en": "bag"}, 1, 20000),),
    (),
)
MATTER = Matter("m1", "c1", "三天了快递还没到", "delivery", "C10006", "SO202611010006")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("我的快递三天没动静，我要投诉你们", "delivery"),
        ("收到的杯子碎了，太气人了", "wrong_item"),
        ("退款拖了半个月还没到账", "refund"),
        ("客服态度特别差", "staff"),
        ("I want to complain about the late delivery", "delivery"),
        ("the headphones are defective, very poor quality", "goods"),
        ("your agent was rude to me", "staff"),
        ("I want to make a complaint", "other"),
        ("我要投诉", "other"),
    ],
)
def test_what_it_is_about(text: str, cause: str) -> None:
    assert cause_of(text) == cause


@pytest.mark.parametrize(
    ("text", "bare"),
    [("我要投诉", True), ("I want to make a complaint", True), ("/make_complaint", True), ("快递太慢了", False)],
)
def test_a_bare_complaint_is_asked_about(text: str, bare: bool) -> None:
    assert is_bare(text) is bare


@pytest.mark.parametrize(
    ("cause", "changes", "offered"),
    [
        ("delivery", {}, ("redelivery", "shipping_fee", "coupon")),
        ("delivery", {"promised_on": date(2026, 11, 30)}, ("redelivery", "coupon")),
        ("delivery", {"state": "paid", "promised_on": date(2026, 11, 30)}, ("coupon",)),
        ("staff", {}, ("coupon",)),
        ("other", {}, ()),
        ("delivery", {"state": "cancelled"}, ()),
        ("delivery", {"placed_at": NOW - timedelta(days=61)}, ()),
    ],
)
def test_only_what_the_limits_grant_is_offered(cause: str, changes: dict, offered: tuple[str, ...]) -> None:
    assert remedies(cause, replace(LATE, **changes), LIMITS, NOW) == offered


def test_nothing_is_offered_without_an_order_of_this_customer() -> None:
    assert remedies("delivery", None, LIMITS, NOW) == ()


def test_what_the_operator_forbids_is_not_offered() -> None:
    assert remedies("delivery", LATE, replace(LIMITS, coupon=0, shipping_fee=0, redelivery_states=()), NOW) == ()


async def test_the_words_are_kept_and_what_follows_is_added(shop: Database, clock: Clock) -> None:
    first = await shop.write(complaints.write_down, MATTER, clock(), 72)
    assert first.number.startswith("CP261121")
    assert first.deadline == clock() + timedelta(hours=72)
    clock.go_on(5)
    again = await shop.write(complaints.write_down, MATTER, clock(), 72)
    assert again == first
    more = replace(MATTER, message_id="m2", text="而且没人接电话", cause="other", customer_id=None, order_number=None)
    added = await shop.write(complaints.write_down, more, clock(), 72)
    assert (added.number, added.cause, added.order_number) == (first.number, "delivery", "SO202611010006")
    assert [said["text"] for said in added.words] == ["三天了快递还没到", "而且没人接电话"]
    # The second message, handled again after a crash, adds nothing.
    assert await shop.write(complaints.write_down, more, clock(), 72) == added
    clock.go_on(70)
    later = replace(MATTER, message_id="m3")
    assert (await shop.write(complaints.write_down, later, clock(), 72)).number != first.number


async def test_one_remedy_a_complaint_whoever_presses_twice(shop: Database, clock: Clock) -> None:
    made = await shop.write(complaints.write_down, MATTER, clock(), 72)
    after = clock() + timedelta(hours=24)

    async def take(remedy: str, message_id: str) -> bool:
        return await shop.write(complaints.take, made.number, remedy, message_id, clock(), after) is not None

    assert not await take("coupon", "m5"), "nothing was offered yet"
    await shop.write(complaints.offer, made.number, ["coupon", "redelivery"], clock())
    assert not await take("shipping_fee", "m5"), "it was not offered"
    assert await take("coupon", "m6")
    assert await take("coupon", "m6"), "handled again after a crash"
    assert not await take("coupon", "m7")
    assert not await take("redelivery", "m6")
    found = await shop.read(complaints.find, made.number)
    assert found is not None
    assert (found.state, found.remedy) == ("settled", "coupon")
    assert await shop.read(complaints.to_follow_up, clock()) == []
    assert [due.number for due in await shop.read(complaints.to_follow_up, after)] == [made.number]


async def test_an_order_that_was_made_up_for_lately_is_known(shop: Database, clock: Clock) -> None:
    made = await shop.write(complaints.write_down, MATTER, clock(), 24)
    await shop.write(complaints.offer, made.number, ["coupon"], clock(), order_number="SO202611010006")
    since = clock() - timedelta(days=30)
    assert not await shop.read(complaints.granted_lately, "SO202611010006", since)
    await shop.write(complaints.take, made.number, "coupon", "m6", clock(), clock())
    assert await shop.read(complaints.granted_lately, "SO202611010006", since)
    assert not await shop.read(complaints.granted_lately, "SO202611010006", clock())
    assert not await shop.read(complaints.granted_lately, "SO202611010001", since)


async def test_what_could_not_be_granted_is_open_again(shop: Database, clock: Clock) -> None:
    made = await shop.write(complaints.write_down, MATTER, clock(), 72)
    await shop.write(complaints.offer, made.number, ["coupon"], clock())
    await shop.write(complaints.take, made.number, "coupon", "m6", clock(), clock())
    await shop.write(complaints.give_back, made.number, clock())
    found = await shop.read(complaints.find, made.number)
    assert found is not None
    assert (found.state, found.remedy, found.offered) == ("open", None, ())


async def test_a_coupon_is_granted_once_an_order(shop: Database, clock: Clock) -> None:
    records = OwnRecords(shop, clock)
    request = Request(
        "grant_coupon",
        "SO202611010006",
        "C10006",
        "c1",
        "m6",
        once_in_hours=720,
        terms={"amount_minor": 2000, "currency": "CNY", "days": 90},
    )
    granted = await records.carry_out(request)
    assert (granted.result, granted.amount_minor) == ("done", 2000)
    assert await records.carry_out(request) == granted
    assert (await records.carry_out(replace(request, message_id="m7"))).result == "already"
    assert (await records.carry_out(replace(request, message_id="m8", customer_id="C10001"))).result == "unknown"
    (coupon,) = await shop.read(of_customers, ["C10006"])
    assert (coupon.code, coupon.valid_until) == (granted.issued, date(2027, 2, 19))


async def test_causes_and_what_is_left_to_do(shop: Database, clock: Clock) -> None:
    made = await shop.write(complaints.write_down, MATTER, clock(), 72)
    other = replace(MATTER, message_id="m9", conversation_id="c2", cause="staff")
    await shop.write(complaints.write_down, other, clock(), 48)
    third = await shop.write(
        complaints.write_down, replace(MATTER, message_id="m10", conversation_id="c3"), clock(), 72
    )
    await shop.write(complaints.set_state, third.number, "closed", clock())
    assert await shop.read(complaints.by_cause) == [
        {"cause": "delivery", "count": 2, "unsettled": 1},
        {"cause": "staff", "count": 1, "unsettled": 1},
    ]
    assert [left.cause for left in await shop.read(complaints.unsettled)] == ["staff", "delivery"]
    assert [mine.number for mine in await shop.read(complaints.of_customer, "c1", [])] == [made.number]
