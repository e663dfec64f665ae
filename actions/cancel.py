"""Cancels an order: verified, allowed by the rules, confirmed, and once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.order_speech import reset_form, say_identity_failed, state_of
from actions.outages import say_request_kept, say_request_noted, tells_of_outage
from actions.records.models import Order, Outcome
from actions.records.port import Request
from actions.speak import HUMAN, money, offer, say
from actions.turn import CustomerTurn


class CancelOrder(Action):
    def name(self) -> str:
        return "action_cancel_order"

    @tells_of_outage
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        order = await access.permitted(turn, tracker.get_slot("order_number"))
        if order is None:
            return say_identity_failed(dispatcher)
        confirmed = tracker.get_slot("cancel_confirmed")
        if confirmed is False:
            say(dispatcher, "utter_cancel_kept", order_number=order.order_number)
        elif confirmed:
            outcome = await _cancel(turn, order)
            if outcome.result == "unknown":
                return say_identity_failed(dispatcher)
            _report(dispatcher, order, outcome)
        else:
            # Unconfirmed, the form ends only for an order that the rules keep from being cancelled.
            _explain(dispatcher, order)
        return reset_form(order.order_number)


async def _cancel(turn: CustomerTurn, order: Order) -> Outcome:
    limits = services.current().limits.cancel_order
    return await services.current().records.carry_out(
        Request(
            "cancel_order",
            order.order_number,
            order.customer_id,
            turn.conversation_id,
            turn.message_id,
            allowed_states=limits.allowed_states,
            terms={"refund_days": limits.refund_days},
        )
    )


def _report(dispatcher: CollectingDispatcher, order: Order, outcome: Outcome) -> None:
    if outcome.result == "unavailable":
        say_request_kept(dispatcher, order.order_number, outcome)
    elif outcome.result == "noted":
        say_request_noted(dispatcher, order.order_number, outcome)
    elif outcome.result == "done":
        _say_done(dispatcher, order, outcome)
    else:
        # Shipped, or cancelled elsewhere, since we asked.
        _explain(dispatcher, replace(order, state=outcome.state))


def _say_done(dispatcher: CollectingDispatcher, order: Order, outcome: Outcome) -> None:
    say(
        dispatcher,
        "utter_cancel_done",
        order_number=order.order_number,
        total=money(outcome.amount_minor, outcome.currency),
        days=services.current().limits.cancel_order.refund_days,
        effects=[f"cancel_order:{order.order_number}"],
        facts={"order_number": order.order_number},
    )


def _explain(dispatcher: CollectingDispatcher, order: Order) -> None:
    """Why the bot may not cancel this one, and what helps instead."""
    number = order.order_number
    facts = {"order_number": number, "refused": order.state}
    if order.state == "cancelled":
        say(dispatcher, "utter_cancel_already", order_number=number, facts=facts)
    elif order.state == "in_transit":
        returning = offer("button_topic_return_item", "/return_item")
        say(dispatcher, "utter_cancel_in_transit", order_number=number, facts=facts, offers=[returning, HUMAN])
    else:
        say(dispatcher, "utter_cancel_refused", order_number=number, state=state_of(order), facts=facts, offers=[HUMAN])
