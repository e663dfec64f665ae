"""Data without a question: an order number alone, a phone number, a name, or the button of an article."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.care_requests import heard_number
from actions.feedback import ask_whether_it_helped
from actions.forms.hearing import digits_of_proof
from actions.forms.hints import hint
from actions.forms.progress import FORM
from actions.knowledge import utter_article
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn


def offer_for_order(dispatcher: CollectingDispatcher, order_number: str) -> list[EventType]:
    """Ask what to do with the order; whether it exists is not looked up."""
    filled = f'{{"order_number": "{order_number}"}}'
    intents = ("track_order", "track_refund", "cancel_order")
    offers = [offer(f"button_topic_{intent}", f"/{intent}{filled}") for intent in intents]
    say(dispatcher, "utter_what_about_order", order_number=order_number, offers=[*offers, HUMAN])
    return [SlotSet("recent_order", order_number)]


class Inform(Action):
    def name(self) -> str:
        return "action_inform"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        title, number = turn.entity("article"), turn.entity("order_number")
        if await heard_number(dispatcher, tracker):
            return []
        if title:
            await _say_article(dispatcher, turn, title)
        elif turn.form:
            key, said = hint(tracker, "utter_go_on")
            say(dispatcher, key, **said)
        elif number and digits_of_proof(turn):
            # Who proves their identity unasked wants to see the order.
            return [SlotSet("recent_order", number), SlotSet("service", "track_order"), FollowupAction(FORM)]
        elif number:
            return offer_for_order(dispatcher, number)
        else:
            say(dispatcher, "utter_what_about_it")
        return []


class MissingOrderNumber(Action):
    """Where it stands; or, to somebody who is asked for the phone's digits, what helps without them."""

    def name(self) -> str:
        return "action_missing_order_number"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        asked = CustomerTurn.of(tracker).requested_slot
        say(dispatcher, "utter_lost_phone" if asked == "last_four" else "utter_where_order_number")
        return []


async def _say_article(dispatcher: CollectingDispatcher, turn: CustomerTurn, title: str) -> None:
    """A title finds its own article better than anything else does."""
    hits = await services.current().knowledge.find(title, turn.language, top=1)
    if hits:
        utter_article(dispatcher, hits[0], **ask_whether_it_helped(turn, hits[0]))
    else:
        # The articles were removed since the button was offered.
        say(dispatcher, "utter_no_article")
