"""What the bot says while the shop's order system is down: the truth, a human, and that nothing is lost."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.order_speech import reset_form
from actions.records.models import Outcome
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, say
from actions.turn import said_this_turn

DOWN = "utter_records_down"

A = TypeVar("A")
Run = Callable[[A, CollectingDispatcher, Tracker, dict[str, Any]], Awaitable[list[EventType]]]


def tells_of_outage(run: Run[A]) -> Run[A]:
    """Decorates the ``run`` of an action that works with the order records: it speaks of an outage, once a turn."""

    @functools.wraps(run)
    async def safe_run(
        action: A, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        # The form that came before has asked and been told: it closed, and left nothing to show.
        if DOWN not in said_this_turn(tracker):
            try:
                return await run(action, dispatcher, tracker, domain)
            except RecordsUnavailable:
                say_records_down(dispatcher)
        return reset_form(tracker.get_slot("recent_order"))

    return safe_run


def say_records_down(dispatcher: CollectingDispatcher) -> None:
    """Nothing can be looked up now."""
    say(dispatcher, DOWN, facts={"records": "down"}, offers=[HUMAN])


def say_request_kept(dispatcher: CollectingDispatcher, order_number: str, outcome: Outcome) -> None:
    """The answer to ``unavailable``: what was confirmed is kept, and done as soon as the shop's system is back."""
    given = {"order_number": order_number, "reference": outcome.reference}
    say(dispatcher, "utter_request_kept", **given, facts={"records": "down", **given}, offers=[HUMAN])


def say_request_noted(dispatcher: CollectingDispatcher, order_number: str, outcome: Outcome) -> None:
    """The answer to ``noted`` where no better words are to be had."""
    given = {"order_number": order_number, "reference": outcome.reference}
    say(dispatcher, "utter_request_noted", **given, facts=given)
