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
    folded = normalize(text).casefold().replace("’", "'")
    spoken = f" {' '.join(re.findall(r'[a-z]+(?:' + chr(39) + r'[a-z]+)?', folded))} "
    for wish, words in _words()[topic].items():
        if any(word in folded for word in words["zh"]) or any(f" {word} " in spoken for word in words["en"]):
            return wish
    return None


@functools.cache
def _words() -> dict[str, dict[str, dict[str, list[str]]]]:
    # BaseLoader makes nothing but strings: plain YAML takes "off" for a truth value.
    return yaml.load(_FILE.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
