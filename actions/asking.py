"""The questions of the forms."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.order_speech import first_item, state_of
from actions.outages import tells_of_outage
from actions.speak import money, offer, say
from actions.turn import CustomerTurn, answered_question, said_this_turn

# Sentences that ask for the missing thing themselves: the question right after them would only repeat it.
_ASK_FOR_NUMBER = {"utter_where_order_number", "utter_order_number_hint"}
_ASK_FOR_DIGITS = {"utter_identity_wrong", "utter_last_four_hint"}


def _facts(tracker: Tracker) -> dict[str, Any]:
    """The question itself says nothing about whether the message was understood, unless it filled a slot."""
    return {"misunderstood": False} if answered_question(tracker) else {}


class AskOrderNumber(Action):
    """Asks for the number; a verified customer with several orders chooses from buttons."""

    def name(self) -> str:
        return "action_ask_order_number"

    @tells_of_outage
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if said_this_turn(tracker) & _ASK_FOR_NUMBER:
            return []
        turn = CustomerTurn.of(tracker)
        orders = await access.orders(turn)
        shown = orders[: services.current().limits.choices.orders_shown]
        if orders:
            choices = [
                offer(
                    "button_order",
                    f'/inform{{"order_number": "{order.order_number}"}}',
                    order_number=order.order_number,
                    item=first_item(order),
                    state=state_of(order),
                )
                for order in shown
            ]
            dispatcher.utter_message(response="utter_choose_order", offers=choices, facts=_facts(tracker))
        elif turn.form == "list_orders_form":
            dispatcher.utter_message(response="utter_ask_any_order_number", facts=_facts(tracker))
        else:
            dispatcher.utter_message(response="utter_ask_order_number", facts=_facts(tracker))
        return []


class AskLastFour(Action):
    def name(self) -> str:
        return "action_ask_last_four"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if said_this_turn(tracker) & _ASK_FOR_DIGITS:
            return []
        number = tracker.get_slot("order_number")
        dispatcher.utter_message(response="utter_ask_last_four", order_number=number, facts=_facts(tracker))
        return []


class AskCancelConfirmed(Action):
    """Repeats what would be cancelled. The yes of its button is worth nothing for any other order."""

    def name(self) -> str:
        return "action_ask_cancel_confirmed"

    @tells_of_outage
    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        order = await access.permitted(CustomerTurn.of(tracker), tracker.get_slot("order_number"))
        assert order is not None, "asked to confirm an order that this customer may not see"
        confirming = f'{{"confirming": "{order.order_number}"}}'
        say(
            dispatcher,
            "utter_confirm_cancel",
            order_number=order.order_number,
            item=first_item(order),
            total=money(order.total_minor, order.currency),
            offers=[
                offer("button_confirm_cancel", f"/affirm{confirming}"),
                offer("button_keep_order", f"/deny{confirming}"),
            ],
            facts=_facts(tracker),
        )
        return []
