"""From what the trained pipeline put into Rasa's parse data to our ``Understanding``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.messages import LANGUAGES, NLU_FALLBACK, Understanding

NOTHING = Understanding(intent=NLU_FALLBACK, confidence=0.0)
"""What is understood when the pipeline itself failed."""


def blank_parse() -> dict[str, Any]:
    """Rasa's parse data of a message without words, as with a picture: nothing for the pipeline to look at."""
    return {"text": "", "intent": {"name": NLU_FALLBACK, "confidence": 0.0}, "entities": []}


def understanding(parse_data: Mapping[str, Any], indent: int = 0) -> Understanding:
    """``indent`` is the number of blanks that Rasa stripped off the front; entity offsets are moved back by it."""
    intent = parse_data.get("intent") or {}
    language = parse_data.get("language")
    second = parse_data.get("secondary_intent") or {}
    return Understanding(
        intent=intent.get("name") or NLU_FALLBACK,
        confidence=float(intent.get("confidence") or 0.0),
        entities=tuple(
            _entity(entity, indent) for entity in parse_data.get("entities") or () if entity["entity"] != "language"
        ),
        language=language if language in LANGUAGES else None,
        mood=float(parse_data.get("mood") or 0.0),
        mood_words=tuple(parse_data.get("mood_words") or ()),
        ranking=tuple(
            (item["name"], float(item["confidence"])) for item in parse_data.get("intent_ranking") or () if item["name"]
        ),
        second_intent=second.get("name"),
        second_text=second.get("text") or "",
    )


def safe_text(text: str) -> str:
    """Customers' words never reach Rasa beginning with "/": it would take them for a command. Keeps the length."""
    stripped = text.lstrip()
    return text.replace("/", "／", 1) if stripped.startswith("/") else text


def _entity(entity: Mapping[str, Any], indent: int) -> dict[str, Any]:
    moved = {name: entity[name] + indent for name in ("start", "end") if isinstance(entity.get(name), int)}
    return {"entity": entity["entity"], "value": entity.get("value"), **moved}
