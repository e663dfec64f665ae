"""The other language, on request. A message in another language needs no request: the brain notices by itself."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import CustomerTurn

_LANGUAGE_NAMES = Path(__file__).with_name("language_names.yml")


class SwitchLanguage(Action):
    def name(self) -> str:
        return "action_switch_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        other = "zh" if turn.language == "en" else "en"
        return [SlotSet("language", _named_language(turn.text) or other)]


@functools.cache
def _names() -> dict[str, list[str]]:
    return yaml.safe_load(_LANGUAGE_NAMES.read_text("utf-8"))


def _named_language(text: str) -> str | None:
    """The language a message names, the last one when it names both ("not Chinese, English please")."""
    lowered = text.casefold()
    places = {language: max(lowered.rfind(name) for name in names) for language, names in _names().items()}
    best = max(places, key=lambda language: places[language])
    return best if places[best] >= 0 else None
