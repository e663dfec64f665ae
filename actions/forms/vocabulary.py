"""Which of our words a typed message holds (``words.yml``, and the labels of the options themselves)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from actions.words import words
from lang.normalize import normalize

_FILE = Path(__file__).with_name("words.yml")
_ENGLISH_WORD = re.compile(r"[a-z']+")
_NUMBER = re.compile(r"\D{0,3}([1-9])\D{0,2}")


def holds(text: str, group: str) -> bool:
    """Whether the message has one of the words of a group, in either language."""
    return _found(text, _words()[group])


def option_in(text: str, question: str, options: Sequence[str]) -> str | None:
    """The one option that a message names: by its words, its label, or its place ("2", "the second one").

    None where it names none, or several.
    """
    placed = _by_place(text, options)
    if placed:
        return placed
    named = [option for option in options if _labelled(text, f"word_{question}_{option}")]
    if len(named) != 1:
        spoken = _words()["options"].get(question, {})
        named = [option for option in options if option in spoken and _found(text, spoken[option])]
    return named[0] if len(named) == 1 else None


def _labelled(text: str, key: str) -> bool:
    if key not in words():
        return False
    label = words().both(key)
    said = folded(text)
    return said == folded(label["zh"]) or said == folded(label["en"])


def _by_place(text: str, options: Sequence[str]) -> str | None:
    number = _NUMBER.fullmatch(text.strip())
    place = int(number[1]) - 1 if number else _spoken_place(text)
    return options[place] if place is not None and place < len(options) else None


def _spoken_place(text: str) -> int | None:
    named = [
        place
        for language in ("zh", "en")
        for place, ordinal in enumerate(_words()["places"][language])
        if _found(text, {language: [ordinal]}) and len(text) < 20  # "for the second time" is no choice
    ]
    return named[0] if len(named) == 1 else None


def _found(text: str, wanted: Mapping[str, Sequence[str]]) -> bool:
    said = folded(text)
    spoken = f" {' '.join(_ENGLISH_WORD.findall(said))} "
    return any(word in said for word in wanted.get("zh", ())) or any(
        f" {word} " in spoken for word in wanted.get("en", ())
    )


def folded(text: str) -> str:
    """Lower case, simplified characters, one space: how words are compared."""
    return " ".join(normalize(text).casefold().split())


@functools.cache
def _words() -> dict[str, Any]:
    # BaseLoader makes nothing but strings: plain YAML takes yes and no for truth values.
    return yaml.load(_FILE.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
