"""Is this a clear yes? Asked before anything that cannot be undone; whatever is unclear is asked again."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import yaml

from actions.turn import CustomerTurn

SURE = 0.5
"""Least confidence of the classifier."""

_WORDS_FILE = Path(__file__).with_name("clear_yes.yml")
_ENGLISH_WORD = re.compile(r"[a-z']+")


def is_clear_yes(turn: CustomerTurn) -> bool:
    """A pressed button, or an affirmation that says so in words."""
    if turn.pressed_button:
        return turn.intent == "affirm"
    return turn.intent == "affirm" and turn.confidence >= SURE and _says_yes(turn.text)


def _says_yes(text: str) -> bool:
    return _found(text, "yes") and not _found(text, "but")


def _found(text: str, kind: str) -> bool:
    words = _words()
    folded = text.casefold().replace("’", "'")
    spoken = f" {' '.join(_ENGLISH_WORD.findall(folded))} "
    return any(word in folded for word in words["zh"][kind]) or any(f" {word} " in spoken for word in words["en"][kind])


@functools.cache
def _words() -> dict[str, dict[str, list[str]]]:
    # The words are quoted by BaseLoader: plain YAML takes yes and no for truth values.
    return yaml.load(_WORDS_FILE.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (makes nothing but strings)
