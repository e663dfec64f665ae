"""A call: asked for, put right while nobody has made it, and answered to our question for the number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, call_words, services
from actions.outages import say_request_kept
from actions.passing_on import pass_on
from actions.records import clock
from actions.records.earlier_requests import unsettled
from actions.records.models import EarlierRequest
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, Argument, offer, say, word
from actions.turn import CustomerTurn, latest_facts

KIND = "request_callback"
ON_FILE = "on file"
"""Stands for the number that we have, which need not be known here to be called."""
SENTENCES_BACK = 4
"""Sentences of ours since which a mere number still means the call: something else may come in between."""
LONGEST_REASON = 200
"""Characters kept of the message that asks for a call."""


@dataclass(frozen=True)
class _Wish:
    """What this message says of the call; empty where it says nothing. ``phone`` may be ON_FILE."""

    phone: str
    when: str
    earlier: EarlierRequest | None = None
    """The call that was booked in this conversation, and that nobody has made yet."""

    @property
    def changes(self) -> dict[str, str]:
        """What is to be another way than it was booked."""
        before = self.earlier.details if self.earlier else {}
        said = {"phone": self.phone, "when": self.when}
        return {name: value for name, value in said.items() if value and value != before.get(name)}


class RequestCallback(Action):
    """A number, the time wished for, and the reason, for whoever calls."""

    def name(self) -> str:
        return "action_request_callback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        await _arrange(dispatcher, turn, turn.entity("phone") or "")
        return []


async def heard_call(dispatcher: CollectingDispatcher, tracker: Tracker, back: int = 1) -> bool:
    """Take a number, or a time, for the call that was spoken of just before, whatever intent it is taken for.

    ``back``: sentences of ours since which that counts. False where the message is about something else.
    """
    turn = CustomerTurn.of(tracker)
    lately = (facts for facts in latest_facts(tracker, back) if {"callback", "asks_for_number"} & facts.keys())
    facts = next(lately, None)
    if turn.requested_slot or turn.pressed_button or facts is None or not _is_meant(turn, facts):
        return False
    phone = turn.entity("phone") or facts.get("asks_for_number") or ""
    if not phone and await _booked(turn) is None:
        return False
    await _arrange(dispatcher, turn, phone)
    return True


def _is_meant(turn: CustomerTurn, facts: Mapping[str, Any]) -> bool:
    """To our question, a message that is nothing else needs no more than the number, or the time."""
    if "asks_for_number" in facts and turn.intent in ("inform", "nlu_fallback"):
        return bool(turn.entity("phone") or turn.entity("time") or turn.entity("date"))
    return call_words.is_about_a_call(turn)


async def _arrange(dispatcher: CollectingDispatcher, turn: CustomerTurn, phone: str) -> None:
    customers = await access.customers(turn, "own_number")
    own = turn.pressed_button and turn.entity("wish") == "own" and len(customers) == 1
    wish = _Wish(phone or (ON_FILE if own else ""), call_words.time_said(turn), await _booked(turn))
    if _outside_hours(turn):
        _say_hours(dispatcher, turn, phone)
    elif wish.earlier and not wish.changes and wish.earlier.latest_message != turn.message_id:
        await _say(dispatcher, "utter_callback_open", customers, wish.earlier.details, wish.earlier.reference)
    elif wish.phone or wish.earlier:
        await _book(dispatcher, turn, customers, wish)
    else:
        await _ask_number(dispatcher, customers)


async def _booked(turn: CustomerTurn) -> EarlierRequest | None:
    """One call at a time: whoever speaks of a call means this one, as long as it can be changed."""
    hours = services.current().limits.of(KIND).changes_within_hours or 0
    since = clock.now() - timedelta(hours=hours)
    found = await services.current().database.read(unsettled, turn.conversation_id, KIND, since)
    # What this very message booked is not earlier: a crash has it handled again.
    return found if found and found.message_id != turn.message_id else None


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
    hours = _service_hours()
    return call_words.lies_outside(turn.entity("time") or "", hours["first"], hours["last"])


def _service_hours() -> dict[str, int]:
    limits = services.current().limits.of(KIND)
    return {"first": limits.first_hour or 0, "last": limits.last_hour or 24}


def _say_hours(dispatcher: CollectingDispatcher, turn: CustomerTurn, phone: str) -> None:
    """The number that was given need not be typed again."""
    soon = [offer("button_callback_soon", f'/request_callback{{"phone": "{phone}"}}', phone=phone)] if phone else []
    wished = {"phone": phone, "when": call_words.time_said(turn)}
    facts = {"callback": wished, "refused": "outside_hours", "asks_for_number": phone}
    say(dispatcher, "utter_callback_outside_hours", **_service_hours(), offers=[*soon, HUMAN], facts=facts)


async def _ask_number(dispatcher: CollectingDispatcher, customers: tuple[str, ...]) -> None:
    on_file = await _phone_on_file(customers)
    own = [offer("button_callback_own", '/request_callback{"wish": "own"}', phone=on_file)] if on_file else []
    say(dispatcher, "utter_callback_number", offers=[*own, HUMAN], facts={"asks_for_number": ""})


async def _book(dispatcher: CollectingDispatcher, turn: CustomerTurn, customers: tuple[str, ...], wish: _Wish) -> None:
    """Book it, or change the one that is booked: what is not said anew stays as it was."""
    reason = "" if turn.pressed_button else turn.text[:LONGEST_REASON]
    said = {"phone": wish.phone, "when": wish.when, "reason": reason, "language": turn.language}
    earlier = wish.earlier
    details = {**earlier.details, **wish.changes, "language": turn.language} if earlier else said
    customer = customers[0] if len(customers) == 1 else ""
    outcome = await pass_on(KIND, turn, customer, details, corrects=earlier.message_id if earlier else "")
    if outcome.result == "unavailable":
        say_request_kept(dispatcher, "", outcome, {"callback": {**details, "reference": outcome.reference}})
        return
    timed = "_at" if details["when"] else ""
    key = "utter_callback_changed" if outcome.result == "changed" else f"utter_callback_noted{timed}"
    effects = [f"{KIND}:{outcome.reference}"]
    await _say(dispatcher, key, customers, details, outcome.reference, effects=effects)


async def _say(
    dispatcher: CollectingDispatcher,
    key: str,
    customers: tuple[str, ...],
    details: Mapping[str, Any],
    reference: str,
    **rest: Any,
) -> None:
    phone: Argument = details["phone"]
    if phone == ON_FILE:
        phone = await _phone_on_file(customers) or word("word_number_on_file")
    when: Argument = details["when"] or word("word_callback_soon")
    facts = {"callback": {**details, "reference": reference}}
    say(dispatcher, key, phone=phone, when=when, reference=reference, **_service_hours(), facts=facts, **rest)
