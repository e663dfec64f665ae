"""Where the money is: the state of an order's refund."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.order_speech import reset_form, say_identity_failed, state_of
from actions.outages import tells_of_outage
from actions.records.models import Order, Refund
from actions.speak import HUMAN, day, money, offer, say, word
from actions.turn import CustomerTurn
from actions.words import words


class ShowRefund(Action):
    def name(self) -> str:
        return "action_show_refund"

    @tells_of_outage
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        order = await access.permitted(CustomerTurn.of(tracker), tracker.get_slot("order_number"))
        if order is None:
            return say_identity_failed(dispatcher)
        refund = await services.current().records.refund(order.order_number)
        if refund is None:
            say_no_refund(dispatcher, order)
        else:
            say_refund(dispatcher, refund)
        return reset_form(order.order_number)


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
