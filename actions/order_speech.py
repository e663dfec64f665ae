"""How orders are spoken of: their state, their items, and what is said when somebody could not prove who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.records import clock
from actions.records.cards import ORDER, order_card
from actions.records.item_names import first_item
from actions.records.models import Order
from actions.speak import HUMAN, Argument, day, moment, money, say, word
from actions.words import words


def state_of(order: Order) -> Argument:
    return word(f"word_state_{order.state}")


def say_identity_failed(dispatcher: CollectingDispatcher) -> None:
    """The one sentence for "no tries left", "too many tries" and "not yours": it tells a stranger nothing."""
    say(dispatcher, "utter_identity_exhausted", facts={"identity": "exhausted"})


def say_status(dispatcher: CollectingDispatcher, order: Order, *, offers: Sequence[Mapping[str, Any]] = ()) -> None:
    """Where the order is, in one sentence that fits its state, beside its card; a person is the last next step."""
    late = order.is_late(clock.shop_day(clock.now()))
    arguments: dict[str, Argument] = {"order_number": order.order_number, "item": first_item(order.items)}
    key = f"utter_order_{order.state}"
    if order.state in ("paid", "in_transit"):
        arguments["promised"] = _promise(order)
    if order.state == "in_transit":
        arguments |= _courier(order)
    if late and order.promised_on:
        key, arguments["promised_day"] = f"{key}_late", day(order.promised_on)
    if order.state == "delivered":
        if order.delivered_at:
            arguments["at"] = moment(order.delivered_at)
        else:
            key = f"{key}_undated"
    say(
        dispatcher,
        key,
        **arguments,
        offers=[*offers, HUMAN],
        card={"kind": ORDER, "data": order_card(order, words())},
        facts={"order_number": order.order_number, "state": order.state, "late": late},
    )


def _promise(order: Order) -> Argument:
    if order.promised_on is None:
        return word("word_promised_unknown")
    return word("word_promised_by", day=day(order.promised_on))


def _courier(order: Order) -> dict[str, Argument]:
    """What is known of the parcel: other shops' orders may have no tracking number, and couriers may be silent."""
    courier: Argument = word(words().known("word_courier", order.courier, "other"))
    news: Argument = word("word_no_courier_event")
    if order.events:
        news = word("word_courier_news", at=moment(order.events[0].at), event=order.events[0].text)
    if order.tracking_number is None:
        return {"shipment": courier, "news": news}
    shipment = word("word_shipment", courier=courier, tracking_number=order.tracking_number)
    return {"shipment": shipment, "news": news, "tracking_number": order.tracking_number}


def order_line(order: Order) -> Argument:
    return word(
        "word_order_line",
        order_number=order.order_number,
        item=first_item(order.items),
        state=state_of(order),
        total=money(order.total_minor, order.currency),
    )
