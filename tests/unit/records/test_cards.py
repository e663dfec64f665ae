"""The cards of orders and refunds: what they say, what they leave out, and what they hide from whom."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from actions.records.cards import order_card, refund_card
from actions.records.masking import mask_phones
from actions.records.models import CourierEvent, Item, Order, Refund
from actions.words import words

MOMENT = datetime(2025, 11, 20, 11, 30, tzinfo=timezone.utc)
ORDER = Order(
    order_number="SO202611010002",
    customer_id="C10002",
    state="in_transit",
    placed_at=MOMENT,
    total_minor=129900,
    currency="CNY",
    payment_method="alipay",
    courier="sf",
    tracking_number="SF1407000020002",
    promised_on=date(2025, 11, 23),
    delivered_at=None,
    cancelled_at=None,
    items=(Item({"zh": "耳机", "en": "Headphones"}, 1, 109900), Item({"zh": "线", "en": "Cable"}, 2, 10000)),
    events=tuple(
        CourierEvent(MOMENT - timedelta(hours=hour), {"zh": f"第{hour}站，电话13812345678", "en": f"Stop {hour}"})
        for hour in range(5)
    ),
)
REFUND = Refund("SO1", "approved", 45900, "CNY", "card", MOMENT, date(2025, 11, 25), MOMENT + timedelta(days=1))


def test_an_order_with_everything() -> None:
    card = order_card(ORDER, words())
    assert card["items"][1] == {
        "name": {"zh": "线", "en": "Cable"},
        "quantity": 2,
        "price": {"zh": "¥100.00", "en": "CN¥100.00"},
    }
    assert card["promised"] == {"zh": "2025年11月23日 周日", "en": "Sun 23 Nov 2025"}
    assert len(card["events"]) == 5
    assert card["events"][0]["when"] == {"zh": "2025年11月20日 周四 19:30", "en": "Thu 20 Nov 2025, 19:30"}
    assert [line["zh"] for line in card["lines"]] == [
        ["SO202611010002", "运输中"],
        ["耳机", "¥1,099.00"],
        ["线 ×2", "¥100.00"],
        ["合计 ¥1,299.00"],
        ["顺丰速运", "SF1407000020002"],
        *([f"2025年11月20日 周四 {19 - hour}:30", f"第{hour}站，电话13812345678"] for hour in range(3)),
    ]
    assert json.loads(json.dumps(card))["lines"][3]["en"] == ["Total CN¥1,299.00"]


def test_what_the_records_do_not_know_is_left_out() -> None:
    bare = replace(ORDER, courier=None, tracking_number=None, promised_on=None, events=(), items=())
    card = order_card(bare, words())
    assert (card["courier"], card["tracking_number"], card["promised"], card["events"]) == (None, None, None, ())
    assert [line["en"] for line in card["lines"]] == [["SO202611010002", "on its way"], ["Total CN¥1,299.00"]]


def test_readers_see_what_they_may() -> None:
    owner, staff, anyone = (order_card(ORDER, words(), reader) for reader in ("owner", "staff", "anyone"))
    assert "13812345678" in owner["events"][0]["text"]["zh"]
    for card in (staff, anyone):
        assert "13812345678" not in json.dumps(card, ensure_ascii=False)
        assert card["events"][0]["text"]["zh"] == "第0站，电话*******5678"
    assert staff["tracking_number"] == ORDER.tracking_number
    assert anyone["tracking_number"] == "***********0002"
    assert "SF1407000020002" not in json.dumps(anyone)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("快递员电话13812345678，请保持畅通", "快递员电话*******5678，请保持畅通"),
        ("call +86 138 1234 5678 now", "call *************5678 now"),
        ("网点0571-88886666", "网点*********6666"),
        ("运单SF1407000020002 已到", "运单SF1407000020002 已到"),
        ("订单 SO202611010002，2025-11-20 19:30", "订单 SO202611010002，2025-11-20 19:30"),
    ],
)
def test_phone_numbers_in_couriers_words(text: str, masked: str) -> None:
    assert mask_phones(text) == masked


def steps(refund: Refund) -> list[tuple[str, bool, str | None]]:
    return [(step["code"], step["done"], step["at"]) for step in refund_card(refund, words())["steps"]]


def test_the_steps_of_a_refund() -> None:
    requested, updated = MOMENT.isoformat(), (MOMENT + timedelta(days=1)).isoformat()
    first = ("requested", True, requested)
    ahead = ("paid_out", False, None)
    assert steps(REFUND) == [first, ("approved", True, updated), ahead]
    assert steps(replace(REFUND, state="requested")) == [first, ("approved", False, None), ahead]
    # When it was approved nobody kept; when it was paid is the last that happened.
    assert steps(replace(REFUND, state="paid_out")) == [first, ("approved", True, None), ("paid_out", True, updated)]
    kept = replace(REFUND, state="paid_out", approved_at=MOMENT, paid_at=MOMENT)
    assert steps(kept) == [first, ("approved", True, requested), ("paid_out", True, requested)]
    assert steps(replace(REFUND, state="refused")) == [first, ("refused", True, updated)]


def test_a_refund_in_words() -> None:
    card = refund_card(REFUND, words())
    assert [line["zh"] for line in card["lines"]] == [
        ["退款 ¥459.00", "SO1"],
        ["退回银行卡"],
        ["✓ 提交申请", "2025年11月20日 周四 19:30"],
        ["✓ 审核通过", "2025年11月21日 周五 19:30"],
        ["○ 退款成功"],
    ]


def test_what_lies_ahead_is_told_and_what_has_passed_is_not() -> None:
    day = date(2099, 11, 25)
    order, late = (order_card(replace(ORDER, promised_on=each), words()) for each in (day, ORDER.promised_on))
    assert ["It should reach you by Wed 25 Nov 2099."] in [line["en"] for line in order["lines"]]
    assert "reach you by" not in json.dumps(late["lines"])
    refund = refund_card(replace(REFUND, expected_on=day), words())
    assert ["预计 2099年11月25日 周三前退回银行卡。"] in [line["zh"] for line in refund["lines"]]
    assert refund["expected"]["en"] == "Wed 25 Nov 2099"
    assert refund_card(REFUND, words())["expected"] is None


def test_money_that_has_arrived_is_not_expected_any_more() -> None:
    card = refund_card(replace(REFUND, state="paid_out"), words())
    assert (card["expected_on"], card["expected"]) == (None, None)
