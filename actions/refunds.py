"""How refunds are spoken of: where the money is."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.order_speech import state_of
from actions.records.models import Order, Refund
from actions.speak import HUMAN, day, money, offer, say, word
from actions.words import words


def say_no_refund(dispatcher: CollectingDispatcher, order: Order) -> None:
    say(
        dispatcher,
        "utter_no_refund",
        order_number=order.order_number,
        state=state_of(order),
        facts={"order_number": order.order_number},
        offers=[offer("button_topic_request_refund", "/request_refund"), HUMAN],
    )


def say_refund(dispatcher: CollectingDispatcher, refund: Refund) -> None:
    pending = refund.state in ("requested", "approved") and refund.expected_on is not None
    arguments = {
        "order_number": refund.order_number,
        "amount": money(refund.amount_minor, refund.currency),
        "state": word(f"word_refund_{refund.state}"),
        "method": word(words().known("word_payment", refund.payment_method, "other")),
    }
    if pending and refund.expected_on:
        arguments["expected"] = day(refund.expected_on)
    key = "utter_refund_pending" if pending else "utter_refund_settled"
    say(
        dispatcher,
        key,
        **arguments,
        facts={"order_number": refund.order_number, "refund": refund.state},
        offers=[HUMAN],
    )
