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
_APOSTROPHE = "'"
_ENGLISH_WORD = re.compile(r"[a-z']+")
# What is said around an answer without being part of it; a second wish or the next detail ends it.
_POLITE = re.compile(
    r"\s+(?:please|pls|thanks|thx|tax|and|but|(?:on|in|for|from) (?:my |the )?order)\b.*"
    r"|\s*(?:税号|稅號|邮箱|郵箱|订单|訂單|谢谢|謝謝).*"
    r"|(?:可以|行|好)?[吗吧呢嗎]$|(?:可以|行|好)(?:不|么)?$",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"^(?:请|帮我|麻烦)?(?:把|将)?\S{0,6}?(?:改|换)(?:成|为|到|开|个|一下)?"
    r"|^(?:change|switch|make|put|use|turn) (?:it|this|that|the)\b"
)
_SMALL = {"a", "an", "the", "to", "it", "my", "our", "for", "of", "please", "one"}
_PARTICLES = re.compile("[的吧啊呀啦了哦]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
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


def topic_of(service: str, language: str) -> str | None:
    """What a question is about that is asked on the way to this service, in a word or two."""
    topic: str | None = _words()["topics"].get(service, {}).get(language)
    return topic


def said_after(text: str, question: str) -> str | None:
    """What follows the words that lead to this answer ("change the colour … to"): as typed, to its clause's end."""
    for led in _leads().get(question, ()):
        found = led.search(text)
        answer = _POLITE.sub("", found["answer"]).strip() if found else ""
        if answer:
            return answer
    return None


def ends_with(text: str, group: str) -> bool:
    """Whether the text's last word, or in Chinese its last signs, are of the group."""
    said, wanted = folded(text).rstrip(". "), _words()[group]
    return said.endswith(tuple(wanted["zh"])) or said.split()[-1:] in [[word] for word in wanted["en"]]


def is_only(text: str, group: str) -> bool:
    """Whether nothing else is left of the text, small words and "change it to" apart ("to a company")."""
    rest = _CHANGE.sub("", folded(text))
    for word in sorted(_words()[group]["zh"], key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = _PARTICLES.sub("", rest)
    return not set(_ENGLISH_WORD.findall(rest)) - {*_words()[group]["en"], *_SMALL} and not _HAN.search(rest)


def changes(text: str) -> bool:
    """Whether it says to change something rather than what it is: "make it the company"."""
    return bool(_CHANGE.match(folded(text)))


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
    # "wont" and "don’t" are typed for "won't" and "don't".
    spoken = f" {' '.join(_ENGLISH_WORD.findall(said.replace('’', _APOSTROPHE)))} ".replace(_APOSTROPHE, "")
    return any(word in said for word in wanted.get("zh", ())) or any(
        f" {word.replace(_APOSTROPHE, '')} " in spoken for word in wanted.get("en", ())
    )


def folded(text: str) -> str:
    """Lower case, simplified characters, one space: how words are compared."""
    return " ".join(normalize(text).casefold().split())


@functools.cache
def _leads() -> dict[str, list[re.Pattern[str]]]:
    return {
        question: [_lead(words) for language in ("en", "zh") for words in spoken[language]]
        for question, spoken in _words()["after"].items()
    }


def _lead(words: str) -> re.Pattern[str]:
    gap = ".{0,60}?".join(re.escape(part.strip()) for part in words.split("…"))
    edge = r"\b" if words.isascii() or "…" in words else ""
    return re.compile(rf"{edge}{gap}{edge}\s*[:：是为為]?\s*(?P<answer>[^，。,；;！!？?\n]{{1,60}})", re.IGNORECASE)


@functools.cache
def _words() -> dict[str, Any]:
    # BaseLoader makes nothing but strings: plain YAML takes yes and no for truth values.
    return yaml.load(_FILE.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
