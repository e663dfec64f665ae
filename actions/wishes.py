"""Which of two things a message wants (``care_words.yml``): stop or start, export or erase."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import yaml

from lang.normalize import normalize

_FILE = Path(__file__).with_name("care_words.yml")


def wish_in(text: str, topic: str) -> str | None:
    """The first wish of the topic that the message has a word of; None without any."""
    return next((wish for wish in _words()[topic] if first_word(text, topic, wish)), None)


def first_word(text: str, topic: str, wish: str) -> str:
    """The first of a wish's words that the message has; empty without any."""
    folded = normalize(text).casefold().replace("’", "'")
    spoken = f" {' '.join(re.findall(r'[a-z]+(?:' + chr(39) + r'[a-z]+)?', folded))} "
    words = _words()[topic][wish]
    found = (
        *(word for word in words["zh"] if word in folded),
        *(word for word in words["en"] if f" {word} " in spoken),
    )
    return next(iter(found), "")


@functools.cache
def _words() -> dict[str, dict[str, dict[str, list[str]]]]:
    # BaseLoader makes nothing but strings: plain YAML takes "off" for a truth value.
    return yaml.load(_FILE.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
