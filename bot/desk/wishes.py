"""What customers told the bot for a service, in the agent's words. Pure: no store, no HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.messages import Language
from bot.ports import Responses


def wishes_json(wishes: Iterable[Mapping[str, Any]], responses: Responses, language: Language) -> list[dict[str, Any]]:
    """What customers told the bot, in the agent's words: ``{service, order_number, state, answers}``, answers being
    ``{label, text}``."""
    return [
        {
            "service": _word(f"button_topic_{wish['service']}", responses, language, wish["service"]),
            "order_number": wish.get("order_number"),
            "state": _word(f"word_collected_{wish['state']}", responses, language, wish["state"]),
            "answers": [
                {
                    "label": _shown(answer["label"], responses, language),
                    "text": _shown(answer["value"], responses, language),
                }
                for answer in wish["answers"]
            ],
        }
        for wish in wishes
    ]


def in_one_line(wishes: Sequence[Mapping[str, Any]]) -> str:
    """The latest of ``wishes_json``, for the queue."""
    if not wishes:
        return ""
    wish = wishes[-1]
    answers = [f"{answer['label']}: {answer['text']}" for answer in wish["answers"]]
    return " · ".join(filter(None, [wish["service"], wish["order_number"], *answers, wish["state"]]))


def _word(key: str, responses: Responses, language: Language, otherwise: str) -> str:
    """A key's text; what was kept may be older than the responses."""
    try:
        return responses.render(key).texts[language]
    except KeyError:
        return otherwise


def _shown(value: Any, responses: Responses, language: Language) -> str:
    try:
        return responses.render("word_as_it_is", {"text": value}).texts[language]
    except KeyError:
        return str(value.get("key", value) if isinstance(value, Mapping) else value)
