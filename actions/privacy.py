"""A copy of one's data, or its erasure: asked for in words it is explained and offered, pressed it is done."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.forms.begin import begin, beginning
from actions.knowledge import best_answer, utter_article
from actions.links import links
from actions.records import privacy
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn
from actions.wishes import wish_in

_WISHES = ("export", "erase")


class PrivacyRequest(Action):
    """Whoever presses is asked to prove as much as the shop wants for it (``identity_steps`` of rules/limits.yml)."""

    def name(self) -> str:
        return "action_privacy_request"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        pressed = turn.entity("wish") if turn.pressed_button else None
        if pressed in (*_WISHES, "keep"):
            return await begin(dispatcher, tracker, f"privacy_{pressed}")
        customer_id = await access.only_customer(turn, "privacy_keep")
        waits = None
        if customer_id:
            waits = await services.current().database.read(privacy.waiting_erasure, customer_id)
        if waits is not None:
            call_off = offer("button_privacy_call_off", beginning("privacy_keep"))
            say(dispatcher, "utter_privacy_erase_waits", offers=[call_off, HUMAN])
            return []
        wish = wish_in(turn.text, "privacy_request")
        wishes = (wish,) if wish else _WISHES
        offers = [offer(f"button_privacy_{each}", beginning(f"privacy_{each}")) for each in wishes]
        hit = None
        if wish is None and not await access.weakly_known(turn):
            hit = await best_answer(turn)
        if hit is not None:
            utter_article(dispatcher, hit, offers=[*offers, HUMAN])
        else:
            say(dispatcher, "utter_privacy_choose", offers=[*offers, HUMAN])
        link = links().get("privacy_request")
        if link and hit is not None:
            say(dispatcher, "utter_account_link", link=link)
        return []
