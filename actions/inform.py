"""Data without a question: an order number alone, a phone number, a name, or the button of an article."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.call_requests import SENTENCES_BACK, heard_call
from actions.feedback import ask_whether_it_helped
from actions.forms.hearing import digits_of_proof
from actions.forms.hints import hint
from actions.forms.progress import FORM
from actions.forms.table import SERVICES
from actions.knowledge import ANSWER_FROM, utter_article
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn, latest_facts


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
        if await heard_call(dispatcher, tracker, back=SENTENCES_BACK):
            return []
        if title:
            await _say_article(dispatcher, turn, title)
        elif turn.form:
            key, said = hint(tracker, "utter_go_on")
            say(dispatcher, key, **said)
        elif number and digits_of_proof(turn):
            # Who proves their identity unasked wants to see the order.
            return [SlotSet("recent_order", number), SlotSet("service", "track_order"), FollowupAction(FORM)]
        elif number and (refused := _refused_just_now(tracker)):
            # "Then do it with the other one": the wish is the same, and so it need not be said again.
            return [SlotSet("service", refused), FollowupAction(FORM)]
        elif number:
            return offer_for_order(dispatcher, number)
        else:
            say(dispatcher, "utter_what_about_it")
        return []


def _refused_just_now(tracker: Tracker) -> str | None:
    """The service that the rules refused just before; the offer of a second wish may follow."""
    refusals = (facts["service"] for facts in latest_facts(tracker, 2) if facts.get("refused") and facts.get("service"))
    return next((service for service in refusals if service in SERVICES), None)


class MissingOrderNumber(Action):
    """Where it stands, and how the thing is done; to somebody who is asked for the phone's digits, what helps."""

    def name(self) -> str:
        return "action_missing_order_number"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        if turn.requested_slot == "last_four":
            say(dispatcher, "utter_lost_phone")
            return []
        say(dispatcher, "utter_where_order_number")
        service = SERVICES.get(turn.service or "")
        if service is not None and (service.explained or service.sorry):
            await _say_how_it_goes(dispatcher, turn, {facts.get("article") for facts in latest_facts(tracker, 4)})
        return []


async def _say_how_it_goes(dispatcher: CollectingDispatcher, turn: CustomerTurn, said: set[Any]) -> None:
    """Whoever has no number yet should not leave with nothing: the article on what they came for."""
    knowledge, service = services.current().knowledge, str(turn.service)
    hits = await knowledge.find(turn.story[0] if turn.story else "", turn.language, top=1, intents={service: 1.0})
    likely = [hit for hit in hits if hit.score >= ANSWER_FROM]
    for hit in (*likely, knowledge.by_intent(service, turn.language)):
        if hit is not None and hit.slug not in said:
            utter_article(dispatcher, hit, key="utter_article_meanwhile")
            return


async def _say_article(dispatcher: CollectingDispatcher, turn: CustomerTurn, title: str) -> None:
    """A title finds its own article better than anything else does."""
    hits = await services.current().knowledge.find(title, turn.language, top=1)
    if hits:
        utter_article(dispatcher, hits[0], **ask_whether_it_helped(turn, hits[0]))
    else:
        # The articles were removed since the button was offered.
        say(dispatcher, "utter_no_article")
