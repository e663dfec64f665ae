"""A copy of one's data, or its erasure: only for somebody who is surely the customer, and never by one slip."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access
from actions.care_requests import pass_on, tell
from actions.code_dialogue import prove
from actions.knowledge import best_answer, utter_article
from actions.links import links
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn
from actions.wishes import wish_in

_WISHES = ("export", "erase")


class PrivacyRequest(Action):
    """Asked for in words, it is explained and offered; pressed, it is passed on; erasing is confirmed once more."""

    def name(self) -> str:
        return "action_privacy_request"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        customer_id = await access.surely(turn)
        pressed = turn.entity("wish") if turn.pressed_button else None
        if customer_id is None:
            if not await prove(dispatcher, turn, "/privacy_request", send=pressed == "code"):
                await _explain(dispatcher, turn)
        elif pressed == "erase":
            sure = offer("button_privacy_erase_sure", '/privacy_request{"wish": "erase_sure"}')
            say(dispatcher, "utter_privacy_erase_confirm", offers=[sure, offer("button_privacy_keep", "/stop")])
        elif pressed in ("export", "erase_sure"):
            kind = "privacy_export" if pressed == "export" else "privacy_erase"
            tell(dispatcher, kind, await pass_on(kind, turn, customer_id, {}))
        else:
            wish = wish_in(turn.text, "privacy_request")
            wishes = (wish,) if wish else _WISHES
            offers = [offer(f"button_privacy_{each}", f'/privacy_request{{"wish": "{each}"}}') for each in wishes]
            say(dispatcher, "utter_privacy_choose", offers=[*offers, HUMAN])
        return []


async def _explain(dispatcher: CollectingDispatcher, turn: CustomerTurn) -> None:
    """For everybody else the article and the shop's own page, where one must log in."""
    hit = await best_answer(turn)
    if hit is None:
        say(dispatcher, "utter_service_by_person")
    else:
        utter_article(dispatcher, hit, offers=[HUMAN])
    link = links().get("privacy_request")
    if link:
        say(dispatcher, "utter_account_link", link=link)
