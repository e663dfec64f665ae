"""Advertising: stopped or started as a request, on a clear press or by a safe link."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access
from actions.forms.begin import begin, beginning
from actions.links import links
from actions.speak import offer, say
from actions.turn import CustomerTurn
from actions.wishes import wish_in


class Newsletter(Action):
    """Stop or start advertising: on a clear press, for a proven customer; for everybody by a safe link."""

    def name(self) -> str:
        return "action_newsletter"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        pressed = turn.entity("wish") if turn.pressed_button else None
        if pressed in ("stop", "start"):
            return await begin(dispatcher, tracker, f"newsletter_{pressed}")
        wish = wish_in(turn.text, "newsletter")
        offers = [
            offer(f"button_newsletter_{each}", beginning(f"newsletter_{each}"))
            for each in ((wish,) if wish else ("stop", "start"))
        ]
        known = await access.only_customer(turn, f"newsletter_{wish or 'stop'}")
        key = "utter_newsletter_confirm" if known else "utter_newsletter_link"
        say(dispatcher, key, link=links().get("newsletter", ""), offers=offers)
        return []
