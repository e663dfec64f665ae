"""What the bot says while the shop's order system is down: the truth, a human, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.records.models import Outcome
from actions.speak import HUMAN, say

DOWN = "utter_records_down"


def say_records_down(
    dispatcher: CollectingDispatcher,
    offers: Sequence[Mapping[str, Any]] = (),
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Nothing can be looked up now."""
    say(dispatcher, DOWN, facts={"records": "down", **(facts or {})}, offers=[*offers, HUMAN])


def say_request_kept(
    dispatcher: CollectingDispatcher, order_number: str, outcome: Outcome, facts: Mapping[str, Any] | None = None
) -> None:
    """The answer to ``unavailable``: what was confirmed is kept, and done as soon as the shop's system is back.

    ``order_number`` is empty for a wish that is about no order.
    """
    given = {"reference": outcome.reference, **({"order_number": order_number} if order_number else {})}
    key = "utter_request_kept" if order_number else "utter_wish_kept"
    say(dispatcher, key, **given, facts={"records": "down", **(facts or {}), **given}, offers=[HUMAN])
