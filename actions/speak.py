"""Saying a response key. Every sentence is a key plus arguments, so that it exists in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

Argument = Mapping[Any, Any] | str | int | list[Any]

HUMAN = {"response": "button_human", "payload": "/request_human"}
"""The button that every dead end offers."""


def human_because(rule: str) -> dict[str, str]:
    """The same button, which names the rule (rules/handoff.yml) whose reason the agent reads."""
    return {"response": "button_human", "payload": f'/request_human{{"handoff_rule": "{rule}"}}'}


def say(dispatcher: CollectingDispatcher, key: str, *, facts: Mapping[str, Any] | None = None, **rest: Any) -> None:
    """Utter a key that answers the customer: the turn counts as understood, even where the classifier was unsure.

    ``rest``: the key's arguments, and ``offers``, ``card``, ``effects`` (see docs/life-of-a-message.md).
    """
    dispatcher.utter_message(response=key, facts={"misunderstood": False, **(facts or {})}, **rest)


def offer(key: str, payload: str, **arguments: Argument) -> dict[str, Any]:
    """A button whose label is the response ``key``."""
    return {"response": key, "payload": payload, "arguments": arguments}


def word(key: str, **arguments: Argument) -> dict[str, Any]:
    """An argument that is itself a key of the catalogue."""
    return {"key": key, "arguments": arguments}


def day(value: date) -> dict[str, str]:
    return {"date": value.isoformat()}


def moment(value: datetime) -> dict[str, str]:
    return {"datetime": value.isoformat()}


def money(minor: int, currency: str) -> dict[str, str]:
    """An amount in minor units (fen, cents)."""
    return {"money": f"{minor / 100:.2f}", "currency": currency}
