"""The second of two wishes in one message: answered at once where an article can, else offered when it is its turn."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.forms.table import opened_by
from actions.knowledge import ANSWER_FROM, utter_article
from actions.speak import offer, say
from actions.turn import CustomerTurn, SecondWish, kept_of

LONGEST_SHOWN = 60
"""Characters of the customer's own words that are repeated to them."""


async def answer_second(dispatcher: CollectingDispatcher, turn: CustomerTurn) -> None:
    """Say the article that answers what the message asks as well, unless it was said for the first question."""
    wish = turn.second
    if wish is None or opened_by(wish.intent):
        return
    find = services.current().knowledge.find
    hits = await find(wish.text, turn.language, top=1, intents={wish.intent: 1.0})
    if hits and hits[0].score >= ANSWER_FROM and hits[0].slug not in _articles_in(dispatcher):
        utter_article(dispatcher, hits[0])


def second_service(turn: CustomerTurn) -> list[dict[str, Any]]:
    """The button of a service that a question is followed by ("is there a fee? if not, cancel it")."""
    wish = turn.second
    if wish is None or turn.form or not opened_by(wish.intent):
        return []
    return [_start(wish, turn.entity("order_number"))]


def offer_second(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """When the first is settled: the service that was wished for as well, unless it was taken up since."""
    wish = _waiting(tracker)
    if wish is not None:
        facts = {"also": wish.intent}
        say(dispatcher, "utter_also_wanted", wish=wish.text[:LONGEST_SHOWN], offers=[_start(wish)], facts=facts)


def _start(wish: SecondWish, order_number: str | None = None) -> dict[str, Any]:
    about = json.dumps({"order_number": order_number}) if order_number else ""
    return offer(f"button_topic_{wish.intent}", f"/{wish.intent}{about}")


def _articles_in(dispatcher: CollectingDispatcher) -> set[str]:
    """What the answer holds so far."""
    cards = (message.get("card") or {} for message in dispatcher.messages)
    return {card.get("data", {}).get("slug", "") for card in cards}


def _waiting(tracker: Tracker) -> SecondWish | None:
    """The latest of the messages since the form's opening; None where it was spoken of, or offered, later on."""
    done: set[str | None] = set()
    began = False
    for event in reversed(tracker.events):
        if event["event"] == "bot":
            done.add((kept_of(event).get("facts") or {}).get("also"))
        elif event["event"] == "active_loop":
            began = began or bool(event.get("name"))
        elif event["event"] == "user":
            message = event.get("parse_data") or {}
            wish = SecondWish.of(message)
            done.add((message.get("intent") or {}).get("name"))
            if wish is not None and wish.intent not in done and opened_by(wish.intent):
                return wish
            if began:
                break
    return None
