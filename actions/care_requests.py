"""Wishes that are about no order, passed on as requests: a call, the newsletter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.forms.begin import begin, beginning
from actions.links import links
from actions.outages import say_request_kept
from actions.passing_on import pass_on
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, Argument, offer, say, word
from actions.turn import CustomerTurn, latest_facts
from actions.wishes import wish_in

_SENTENCES_BACK = 4
"""Sentences of ours since which the question for a number still counts: something else may come in between."""
LONGEST_REASON = 200
"""Characters kept of the message that asks for a call."""


@dataclass(frozen=True)
class _Number:
    """``given``: what the staff call; ``shown``: how the customer reads it."""

    given: str
    shown: Argument


class RequestCallback(Action):
    """A number, the time wished for, and the reason, for whoever calls."""

    def name(self) -> str:
        return "action_request_callback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        await _arrange(dispatcher, turn, turn.entity("phone"))
        return []


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


async def heard_number(dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Take the number, or the time, of a message that follows our question for it; False where it is something else."""
    turn, asked = CustomerTurn.of(tracker), None
    for facts in latest_facts(tracker, _SENTENCES_BACK):
        if "callback" in facts or "asks_for_number" in facts:
            asked = facts.get("asks_for_number")
            break
    if turn.form or turn.pressed_button or asked is None:
        return False
    phone = turn.entity("phone") or (asked if turn.entity("time") or turn.entity("date") else "")
    if phone:
        await _arrange(dispatcher, turn, phone)
    return bool(phone)


async def _arrange(dispatcher: CollectingDispatcher, turn: CustomerTurn, phone: str | None) -> None:
    customers = await access.customers(turn, "own_number")
    number = await _number_meant(turn, customers, phone)
    if _outside_hours(turn):
        _say_hours(dispatcher, turn, phone)
    elif number is None:
        await _ask_number(dispatcher, customers)
    else:
        await _book(dispatcher, turn, customers, number)


async def _number_meant(turn: CustomerTurn, customers: tuple[str, ...], phone: str | None) -> _Number | None:
    """The one that was typed, or the one on file, which need not be known here to be called."""
    if phone:
        return _Number(phone, phone)
    if turn.pressed_button and turn.entity("wish") == "own" and len(customers) == 1:
        return _Number("on file", await _phone_on_file(customers) or word("word_number_on_file"))
    return None


async def _phone_on_file(customers: tuple[str, ...]) -> str:
    """Masked; empty where it is not known, not clear whose, or cannot be looked up now."""
    if len(customers) != 1:
        return ""
    try:
        profile = await services.current().records.customer(customers[0])
    except RecordsUnavailable:
        return ""
    return profile.phone if profile else ""


def _outside_hours(turn: CustomerTurn) -> bool:
    """Whether nobody calls at the hour, or in the whole span, that the customer names."""
    named, limits = turn.entity("time") or "", services.current().limits.of("request_callback")
    hours = [int(hour) for hour in re.findall(r"(?:T|^|/)(\d\d):\d\d", named)]
    if not hours:
        return False
    begin, end = hours[0], hours[-1]
    if end <= begin:
        # One moment; a span until midnight; or one that is open: "after 11 pm".
        end = 24 if "/" in named else begin + 1
    return end <= (limits.first_hour or 0) or begin >= (limits.last_hour or 24)


def _service_hours() -> dict[str, int]:
    limits = services.current().limits.of("request_callback")
    return {"first": limits.first_hour or 0, "last": limits.last_hour or 24}


def _say_hours(dispatcher: CollectingDispatcher, turn: CustomerTurn, phone: str | None) -> None:
    """The number that was given need not be typed again."""
    soon = [offer("button_callback_soon", f'/request_callback{{"phone": "{phone}"}}', phone=phone)] if phone else []
    wished = {"phone": phone, "when": _said(turn, "date", "time")}
    facts = {"callback": wished, "refused": "outside_hours", "asks_for_number": phone or ""}
    say(dispatcher, "utter_callback_outside_hours", **_service_hours(), offers=[*soon, HUMAN], facts=facts)


async def _ask_number(dispatcher: CollectingDispatcher, customers: tuple[str, ...]) -> None:
    on_file = await _phone_on_file(customers)
    own = [offer("button_callback_own", '/request_callback{"wish": "own"}', phone=on_file)] if on_file else []
    say(dispatcher, "utter_callback_number", offers=[*own, HUMAN], facts={"asks_for_number": ""})


async def _book(
    dispatcher: CollectingDispatcher, turn: CustomerTurn, customers: tuple[str, ...], number: _Number
) -> None:
    when = _said(turn, "date", "time")
    reason = "" if turn.pressed_button else turn.text[:LONGEST_REASON]
    details = {"phone": number.given, "when": when, "reason": reason, "language": turn.language}
    outcome = await pass_on("request_callback", turn, customers[0] if len(customers) == 1 else "", details)
    facts = {"callback": {**details, "reference": outcome.reference}}
    if outcome.result == "unavailable":
        say_request_kept(dispatcher, "", outcome, facts)
        return
    told = {"phone": number.shown, "reference": outcome.reference, **_service_hours()}
    effects = [f"request_callback:{outcome.reference}"]
    if when:
        say(dispatcher, "utter_callback_noted_at", **told, when=when, facts=facts, effects=effects)
    else:
        say(dispatcher, "utter_callback_noted", **told, facts=facts, effects=effects)


def _said(turn: CustomerTurn, *names: str) -> str:
    """The customer's own words for a day or a time, in their order."""
    spans = [
        (entity["start"], entity["end"])
        for entity in turn.entities
        if entity.get("entity") in names and entity.get("start") is not None
    ]
    return " ".join(dict.fromkeys(turn.text[start:end] for start, end in sorted(spans)))
