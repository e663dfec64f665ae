"""What is said about orders, lists and refunds: a sentence in both languages, whatever the records lack."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.limits import ORDER_STATES
from actions.order_speech import order_line, say_status
from actions.records.cards import money, order_card
from actions.records.item_names import first_item
from actions.records.models import CourierEvent, Item, Order, Refund
from actions.refunds import say_refund
from actions.speak import HUMAN
from actions.words import words
from bot.messages import Utterance
from bot.responses import ResponseCatalogue

ROOT = Path(__file__).resolve().parent.parent.parent.parent
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
    tracking_number="SF1",
    promised_on=date(2099, 1, 1),
    delivered_at=MOMENT,
    cancelled_at=None,
    items=(Item({"zh": "耳机", "en": "Headphones"}, 1, 129900),),
    events=(CourierEvent(MOMENT, {"zh": "已到达上海", "en": "Arrived in Shanghai"}),),
)
ARGUMENTS_OF_ANY: dict[str, Any] = dict.fromkeys(("promised", "shipment", "news", "promised_day", "at"), "…")
BARE = replace(ORDER, courier=None, tracking_number=None, promised_on=None, delivered_at=None, events=(), items=())


@pytest.fixture(scope="module")
def catalogue() -> ResponseCatalogue:
    return ResponseCatalogue.load(ROOT / "data" / "responses")


def rendered(catalogue: ResponseCatalogue, dispatcher: CollectingDispatcher) -> Utterance:
    (said,) = dispatcher.messages
    skipped = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment", "facts", "card"}
    arguments: dict[str, Any] = {name: value for name, value in said.items() if name not in {*skipped, "offers"}}
    return catalogue.render(said["response"], arguments)


@pytest.mark.parametrize("state", ORDER_STATES)
@pytest.mark.parametrize("order", [ORDER, BARE, replace(ORDER, promised_on=date(2000, 1, 1))])
def test_every_state_can_be_told(order: Order, state: str, catalogue: ResponseCatalogue) -> None:
    dispatcher = CollectingDispatcher()
    say_status(dispatcher, replace(order, state=state))
    told = rendered(catalogue, dispatcher)
    assert all(order.order_number in text and "{" not in text for text in told.texts.values())
    assert dispatcher.messages[0]["card"]["data"]["state_code"] == state


def test_progress_reads_well_in_both_languages(catalogue: ResponseCatalogue) -> None:
    dispatcher = CollectingDispatcher()
    say_status(dispatcher, ORDER)
    told = rendered(catalogue, dispatcher)
    assert told.texts["zh"] == (
        "订单 SO202611010002（耳机）正由顺丰速运（运单号 SF1）配送。\n"
        "最新进展（2025年11月20日 周四 19:30）：已到达上海\n预计 2099年1月1日 周四前送达。"
    )
    assert "It should reach you by Thu 1 Jan 2099." in told.texts["en"]


def test_a_late_order_is_told_with_an_apology(catalogue: ResponseCatalogue) -> None:
    dispatcher = CollectingDispatcher()
    say_status(dispatcher, replace(ORDER, promised_on=date(2000, 1, 1)))
    told = rendered(catalogue, dispatcher)
    assert told.key == "utter_order_in_transit_late"
    assert dispatcher.messages[0]["facts"]["late"] is True


def test_a_courier_we_know_nothing_of_is_still_a_courier(catalogue: ResponseCatalogue) -> None:
    dispatcher = CollectingDispatcher()
    say_status(dispatcher, replace(ORDER, courier="pigeon", currency="THB"))
    assert "合作快递" in rendered(catalogue, dispatcher).texts["zh"]
    assert money(5, "THB") == {"zh": "THB 0.05", "en": "THB 0.05"}
    assert order_card(BARE, words())["courier"] is None


def test_a_line_of_the_list(catalogue: ResponseCatalogue) -> None:
    line: Any = order_line(ORDER)
    assert catalogue.labels(line["key"], line["arguments"]) == {
        "zh": "· SO202611010002　耳机（运输中，¥1,299.00）",
        "en": "· SO202611010002  Headphones (on its way, CN¥1,299.00)",
    }


def test_several_pieces_are_counted() -> None:
    assert first_item((replace(ORDER.items[0], quantity=2),)) == {
        "key": "word_item_and_more",
        "arguments": {"item": {"zh": "耳机", "en": "Headphones"}, "count": 2},
    }


def test_a_parcel_of_which_nothing_is_known_is_told_without_gaps(catalogue: ResponseCatalogue) -> None:
    dispatcher = CollectingDispatcher()
    say_status(dispatcher, replace(BARE, state="in_transit"))
    told = rendered(catalogue, dispatcher).texts
    assert told["zh"].startswith(
        "订单 SO202611010002（您购买的商品）正由合作快递配送。\n快递公司暂时没有新的物流信息。"
    )
    assert "–" not in told["en"]


@pytest.mark.parametrize("state", ORDER_STATES)
def test_every_order_answer_offers_next_steps_and_a_person_last(state: str, catalogue: ResponseCatalogue) -> None:
    dispatcher = CollectingDispatcher()
    say_status(dispatcher, replace(ORDER, state=state))
    (said,) = dispatcher.messages
    assert said["offers"][-1] == HUMAN
    assert catalogue.render(said["response"], {**ARGUMENTS_OF_ANY, **said}).buttons


@pytest.mark.parametrize("state", ["requested", "approved", "paid_out", "refused"])
@pytest.mark.parametrize("expected", [None, date(2025, 12, 1), date(2099, 12, 1)])
def test_every_refund_can_be_told(state: str, expected: date | None, catalogue: ResponseCatalogue) -> None:
    dispatcher = CollectingDispatcher()
    say_refund(dispatcher, Refund("SO1", state, 500, "CNY", "barter", MOMENT, expected, MOMENT))
    told = rendered(catalogue, dispatcher)
    assert "¥5.00" in told.texts["zh"]
    pending = expected is not None and state in ("requested", "approved")
    assert ("Dec 20" in told.texts["en"]) is pending
    assert (told.key == "utter_refund_late") is (pending and expected == date(2025, 12, 1))
    assert dispatcher.messages[0]["card"]["data"]["state_code"] == state
