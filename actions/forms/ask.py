"""The questions of the form."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services, shop
from actions.forms.answers import options_of
from actions.forms.case import open_question, permitted_case
from actions.forms.collected import facts
from actions.forms.description import Needs
from actions.forms.order_action import OrderAction
from actions.forms.progress import Progress
from actions.forms.proof import CODE_SLOT
from actions.forms.speech import arguments, option_label
from actions.forms.table import SERVICES
from actions.order_speech import state_of
from actions.records.item_names import first_item
from actions.speak import offer, say
from actions.turn import CustomerTurn, answered_question, said_this_turn

# Sentences that ask for the missing thing themselves: the question right after them would only repeat it.
_ASK_FOR_NUMBER = {"utter_where_order_number", "utter_order_number_hint"}
_ASK_FOR_DIGITS = {"utter_identity_wrong", "utter_last_four_hint", "utter_lost_phone"}


def _understood(tracker: Tracker) -> dict[str, Any]:
    """The question itself says nothing about whether the message was understood, unless it filled a slot.

    Then the message was an answer, whatever intent its words have elsewhere.
    """
    return {"misunderstood": False, "answered_form": True} if answered_question(tracker) else {}


class AskOrderNumber(OrderAction):
    """Asks for the number; a verified customer with several orders chooses from buttons."""

    def name(self) -> str:
        return "action_ask_order_number"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if said_this_turn(tracker) & _ASK_FOR_NUMBER:
            return []
        service = SERVICES[tracker.get_slot("service")]
        told = {"service": service.name, **_understood(tracker)}
        orders = await access.orders(CustomerTurn.of(tracker), service.name)
        shown = orders[: services.current().limits.choices.orders_shown]
        if orders:
            choices = [
                offer(
                    "button_order",
                    f'/inform{{"order_number": "{order.order_number}"}}',
                    order_number=order.order_number,
                    item=first_item(order.items),
                    state=state_of(order),
                )
                for order in shown
            ]
            dispatcher.utter_message(response="utter_choose_order", offers=choices, facts=told)
        elif service.needs is Needs.CUSTOMER:
            dispatcher.utter_message(response="utter_ask_any_order_number", **shop.looks(), facts=told)
        else:
            dispatcher.utter_message(response="utter_ask_order_number", **shop.looks(), facts=told)
        return []


class AskLastFour(OrderAction):
    def name(self) -> str:
        return "action_ask_last_four"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if said_this_turn(tracker) & _ASK_FOR_DIGITS:
            return []
        number = tracker.get_slot("order_number")
        told = {"service": tracker.get_slot("service"), **_understood(tracker)}
        dispatcher.utter_message(response="utter_ask_last_four", order_number=number, facts=told)
        return []


class AskIdentityCode(OrderAction):
    """Silent: whoever found that a code is needed has said so, with where it goes and how often it may be tried."""

    def name(self) -> str:
        return f"action_ask_{CODE_SLOT}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return []


class AskDetails(OrderAction):
    """One detail at a time, with buttons where there are few answers."""

    def name(self) -> str:
        return "action_ask_details"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        progress, service = Progress.of(tracker), SERVICES[tracker.get_slot("service")]
        case = await permitted_case(service, CustomerTurn.of(tracker), progress)
        question = open_question(service, case) if case else None
        assert case is not None, "asked about an order that this customer may not see"
        assert question is not None, "asked although nothing is missing"
        choices = [
            offer(label["key"], f'/inform{{"detail": "{question.name}={option}"}}', **label["arguments"])
            for option in options_of(question, case)
            for label in [option_label(question, option, case)]
        ]
        dispatcher.utter_message(
            response=f"utter_ask_{question.name}",
            **arguments(service, case),
            offers=choices,
            facts={**facts(service, case), **_understood(tracker)},
        )
        return []


class AskConfirmed(OrderAction):
    """Repeats what would be done. The yes of its button is worth nothing for anything else."""

    def name(self) -> str:
        return "action_ask_confirmed"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        progress, service = Progress.of(tracker), SERVICES[tracker.get_slot("service")]
        case = await permitted_case(service, CustomerTurn.of(tracker), progress)
        assert case is not None, "asked to confirm something about an order that this customer may not see"
        confirming = f'{{"confirming": "{progress.seal}"}}'
        change = [offer("button_change_details", f'/inform{{"detail": "{service.name}=again"}}')]
        say(
            dispatcher,
            f"utter_{service.name}_confirm",
            **arguments(service, case),
            offers=[
                offer(f"button_{service.name}_yes", f"/affirm{confirming}"),
                *(change if service.questions else ()),
                offer(f"button_{service.name}_no", f"/deny{confirming}"),
            ],
            facts={**facts(service, case), **_understood(tracker)},
        )
        return []
