"""Reads a finished turn back from the tracker's events: the same answer whether it was made now or before a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered

from bot.brain.fired_rule import FiredRules
from bot.brain.nlg import EXTRA
from bot.brain.understand import understanding
from bot.messages import LANGUAGES, BotTurn, Card, Language, OfferedButton, Utterance

OUTCOME = "outcome"
"""The entry of a customer message's metadata that says how a failed turn went."""

INDENT = "indent"
"""And the one with the number of blanks before the customer's first character: Rasa drops them."""

_NOT_OURS = {ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME}


def turn_of(events: Sequence[Event], message_id: str, rules: FiredRules) -> BotTurn | None:
    """The turn that answered this message; None when the tracker does not hold the message."""
    start = _find(events, message_id)
    if start is None:
        return None
    user = events[start]
    after = _until_next_message(events[start + 1 :])
    outcome = user.metadata.get(OUTCOME) or {}
    actions = tuple(outcome.get("actions") or executed(after))
    extras = [event.metadata[EXTRA] for event in after if isinstance(event, BotUttered) and EXTRA in event.metadata]
    understood = understanding(user.parse_data, int(user.metadata.get(INDENT) or 0))
    return BotTurn(
        understanding=understood,
        utterances=tuple(_utterance(extra) for extra in extras),
        language=_language(events[: start + 1 + len(after)]),
        actions=actions,
        rule=rules.find(understood.intent, actions, _open_loop(events[:start])),
        effects=tuple(effect for extra in extras for effect in extra.get("effects") or ()),
        facts=_facts(extras),
        failed=bool(outcome.get("failed")) or not extras,
    )


def executed(events: Sequence[Event]) -> tuple[str, ...]:
    """Names of the actions run, in order, without Rasa's own bookkeeping."""
    names = (event.action_name for event in events if isinstance(event, ActionExecuted))
    return tuple(name for name in names if name and name not in _NOT_OURS)


def _find(events: Sequence[Event], message_id: str) -> int | None:
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, UserUttered) and event.metadata.get("message_id") == message_id:
            return index
    return None


def _until_next_message(events: Sequence[Event]) -> list[Event]:
    turn: list[Event] = []
    for event in events:
        if isinstance(event, UserUttered):
            break
        turn.append(event)
    return turn


def _open_loop(events: Sequence[Event]) -> str | None:
    return next((event.name for event in reversed(events) if isinstance(event, ActiveLoop)), None)


def _language(events: Sequence[Event]) -> Language:
    values = (event.value for event in reversed(events) if isinstance(event, SlotSet) and event.key == "language")
    return next((value for value in values if value in LANGUAGES), LANGUAGES[0])


def _facts(extras: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for extra in extras:
        facts.update(extra.get("facts") or {})
        if extra.get("misunderstood"):
            facts["misunderstood"] = True
    return facts


def _utterance(extra: Mapping[str, Any]) -> Utterance:
    card = extra.get("card")
    return Utterance(
        key=extra["key"],
        arguments=extra["arguments"],
        texts=extra["texts"],
        buttons=tuple(OfferedButton(**button) for button in extra["buttons"]),
        card=Card(card["kind"], card["data"]) if card else None,
    )
