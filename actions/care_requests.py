"""Wishes that are about no order, passed on as requests: a call, the newsletter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.links import links
from actions.records.models import Outcome
from actions.records.port import RecordsUnavailable, Request
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn
from actions.wishes import wish_in

LONGEST_REASON = 200
"""Characters kept of the message that asks for a call."""


async def pass_on(kind: str, turn: CustomerTurn, customer_id: str, details: Mapping[str, Any]) -> Outcome:
    """Keep it for the staff, once a message."""
    request = Request(kind, "", customer_id, turn.conversation_id, turn.message_id, details=dict(details))
    return await services.current().records.carry_out(request)


class RequestCallback(Action):
    """A number, the time wished for, and the reason, for whoever calls."""

    def name(self) -> str:
        return "action_request_callback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        try:
            customers = await access.customers(turn)
            on_file = await _phone_on_file(customers)
        except RecordsUnavailable:
            customers, on_file = (), ""
        own = bool(turn.pressed_button and turn.entity("wish") == "own" and on_file)
        phone = turn.entity("phone") or (on_file if own else "")
        if not phone:
            offers = (
                [offer("button_callback_own", '/request_callback{"wish": "own"}', phone=on_file)] if on_file else []
            )
            say(dispatcher, "utter_callback_number", offers=[*offers, HUMAN])
            return []
        when = _said(turn, "date", "time")
        reason = "" if turn.pressed_button else turn.text[:LONGEST_REASON]
        details = {"phone": "on file" if own else phone, "when": when, "reason": reason, "language": turn.language}
        outcome = await pass_on("request_callback", turn, customers[0] if len(customers) == 1 else "", details)
        told = {"phone": phone, "reference": outcome.reference}
        facts = {"callback": {**details, "reference": outcome.reference}}
        effects = [f"request_callback:{outcome.reference}"]
        if when:
            say(dispatcher, "utter_callback_noted_at", **told, when=when, facts=facts, effects=effects)
        else:
            say(dispatcher, "utter_callback_noted", **told, facts=facts, effects=effects)
        return []


class Newsletter(Action):
    """Stop or start advertising: for a known customer at once, on a clear press; for everybody by a safe link."""

    def name(self) -> str:
        return "action_newsletter"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        customers = await access.customers(turn)
        link = links().get("newsletter", "")
        pressed = turn.entity("wish") if turn.pressed_button else None
        if pressed in ("stop", "start") and len(customers) == 1:
            kind = f"newsletter_{pressed}"
            outcome = await pass_on(kind, turn, customers[0], {})
            effects = [f"{kind}:{outcome.reference}"]
            say(dispatcher, f"utter_{kind}_noted", reference=outcome.reference, effects=effects)
        elif len(customers) == 1:
            wish = wish_in(turn.text, "newsletter")
            wishes = (wish,) if wish else ("stop", "start")
            offers = [offer(f"button_newsletter_{each}", f'/newsletter{{"wish": "{each}"}}') for each in wishes]
            say(dispatcher, "utter_newsletter_confirm", link=link, offers=offers)
        else:
            say(dispatcher, "utter_newsletter_link", link=link)
        return []


async def _phone_on_file(customers: tuple[str, ...]) -> str:
    """Masked; empty where it is not known, or not clear whose."""
    if len(customers) != 1:
        return ""
    profile = await services.current().records.customer(customers[0])
    return profile.phone if profile else ""


def _said(turn: CustomerTurn, *names: str) -> str:
    """The customer's own words for a day or a time, in their order."""
    spans = [
        (entity["start"], entity["end"])
        for entity in turn.entities
        if entity.get("entity") in names and entity.get("start") is not None
    ]
    return " ".join(dict.fromkeys(turn.text[start:end] for start, end in sorted(spans)))
