"""Order status, a nudge, and the list of orders: what the forms do once they are complete."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.order_speech import first_item, reset_form, say_identity_failed, say_status, state_of
from actions.outages import say_request_kept, tells_of_outage
from actions.records.models import Order
from actions.records.port import Request
from actions.speak import HUMAN, Argument, money, offer, say, word
from actions.turn import CustomerTurn


class ShowOrder(Action):
    def name(self) -> str:
        return "action_show_order"

    @tells_of_outage
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        order = await access.permitted(CustomerTurn.of(tracker), tracker.get_slot("order_number"))
        if order is None:
            return say_identity_failed(dispatcher)
        may_hurry = order.state in services.current().limits.expedite_order.allowed_states
        say_status(dispatcher, order, offers=[offer("button_hurry", "/expedite_order")] if may_hurry else ())
        return reset_form(order.order_number)


class ExpediteOrder(Action):
    """Shows the status, and notes for the staff that the customer is in a hurry: once a day an order."""

    def name(self) -> str:
        return "action_expedite_order"

    @tells_of_outage
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        order = await access.permitted(turn, tracker.get_slot("order_number"))
        if order is None:
            return say_identity_failed(dispatcher)
        limits = services.current().limits.expedite_order
        outcome = await services.current().records.carry_out(
            Request(
                "expedite_order",
                order.order_number,
                order.customer_id,
                turn.conversation_id,
                turn.message_id,
                allowed_states=limits.allowed_states,
                once_in_hours=limits.once_in_hours,
            )
        )
        say_status(dispatcher, order)
        number = order.order_number
        if outcome.result == "unavailable":
            say_request_kept(dispatcher, number, outcome)
        elif outcome.result in ("noted", "done"):
            say(dispatcher, "utter_expedite_noted", order_number=number, effects=[f"expedite_order:{number}"])
        elif outcome.result == "already":
            say(dispatcher, "utter_expedite_already_noted", order_number=number, offers=[HUMAN])
        return reset_form(number)


class ListOrders(Action):
    def name(self) -> str:
        return "action_list_orders"

    @tells_of_outage
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        if not await access.customers(turn):
            return say_identity_failed(dispatcher)
        orders = await access.orders(turn)
        if not orders:
            say(dispatcher, "utter_no_orders")
            return reset_form()
        shown = orders[: services.current().limits.choices.orders_shown]
        choices = [
            offer(
                "button_track_this",
                f'/track_order{{"order_number": "{order.order_number}"}}',
                order_number=order.order_number,
            )
            for order in shown
        ]
        lines = [order_line(order) for order in shown]
        say(dispatcher, "utter_order_list", count=len(orders), orders=lines, offers=choices)
        return reset_form(tracker.get_slot("recent_order"))


def order_line(order: Order) -> Argument:
    return word(
        "word_order_line",
        order_number=order.order_number,
        item=first_item(order),
        state=state_of(order),
        total=money(order.total_minor, order.currency),
    )
