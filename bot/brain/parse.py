"""``kefu parse``: what the trained pipeline understands of single messages, without dialogue or actions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.brain.quiet import quieten
from bot.brain.understand import NOTHING, safe_text, understanding
from bot.brain.without_tensorflow import spare
from bot.messages import Understanding
from bot.nlu.explanation import explaining


def parse_lines(model: Path, lines: Iterable[str], *, explain: bool = False) -> Iterator[dict[str, Any]]:
    """One JSON-able object a line, in order, as the lines come; blank lines too.

    ``text`` is the line itself; ``language`` zh, en or None where it does not tell; ``confidence`` 0..1;
    ``entities`` with offsets into the text; ``sentiment`` −1 (angry) .. 1 (pleased). Where there is one,
    ``secondary_intent``: ``intent`` and the ``text`` of the clause. With ``explain`` the ``explanation`` as well, and
    ``read_as`` where something seemed misspelt.
    """
    before = explaining.set(explain)
    processor = _load(model)
    explaining.reset(before)
    from rasa.core.channels.channel import UserMessage

    for line in lines:
        said = safe_text(line)
        if said.strip():
            parsed = asyncio.run(processor.parse_message(UserMessage(said)))
            told = _as_json(line, understanding(parsed, len(said) - len(said.lstrip())))
            if explain:
                told |= {key: parsed[key] for key in ("read_as", "explanation", "mood_words") if key in parsed}
            yield told
        else:
            yield _as_json(line, NOTHING)


def _load(model: Path) -> Any:
    quieten()
    spare(model)
    from rasa.core.agent import Agent

    from bot.brain import speedups

    speedups.apply()
    return Agent.load(str(model)).processor


def _as_json(text: str, understood: Understanding) -> dict[str, Any]:
    second = {"secondary_intent": {"intent": understood.second_intent, "text": understood.second_text}}
    return {
        "text": text,
        "language": understood.language,
        "intent": understood.intent,
        "confidence": round(understood.confidence, 4),
        "entities": [dict(entity) for entity in understood.entities],
        "sentiment": round(understood.mood, 4),
        **(second if understood.second_intent else {}),
    }
