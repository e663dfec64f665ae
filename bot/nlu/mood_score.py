"""One number for a message's mood, −1 (angry) … 1 (pleased), with the words behind it. No Rasa.

Anger said politely and irony have no angry words: there the encoder's opinion counts, see mood_leaning. Known limits:
it finds about half of them, and others' anger quoted is taken for the customer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lang.normalize import fold, normalize

CLEARLY_UPSET = -0.6
_STRONG = 0.55
_ALONE = -0.65
_CAP_WITHOUT_STRONG_WORD = 0.55
_EMPHASIS = 0.15


@dataclass(frozen=True)
class Mood:
    """``words`` in the order of the text, as the customer wrote them."""

    value: float
    words: tuple[str, ...]


def _weighed(groups: dict[float, list[str]], sign: int = 1) -> dict[str, float]:
    return {word: sign * weight for weight, words in groups.items() for word in words}


_WORDS_FILE: dict[str, Any] = yaml.safe_load((Path(__file__).with_name("mood_words.yml")).read_text("utf-8"))
_WHOLE = frozenset(_WORDS_FILE["alone"])
_AROUND = " !.,。~"
_WEIGHTS: dict[str, float] = {
    **dict.fromkeys(_WORDS_FILE["harmless"], 0.0),
    **_weighed(_WORDS_FILE["positive_zh"]),
    **_weighed(_WORDS_FILE["positive_en"]),
    **_weighed(_WORDS_FILE["negative_zh"], -1),
    **_weighed(_WORDS_FILE["negative_en"], -1),
    **_weighed(_WORDS_FILE["signs"]),
}


_LENGTHS: dict[str, list[int]] = {
    first: sorted({len(word) for word in _WEIGHTS if word[0] == first}, reverse=True)
    for first in {word[0] for word in _WEIGHTS}
}
_NEGATED = re.compile(
    rf"(?:{'|'.join(_WORDS_FILE['negations_zh'])})$"
    rf"|(?<![a-z])(?:{'|'.join(map(re.escape, _WORDS_FILE['negations_en']))})"
    r"(?: (?:very|too|really|so|that|all|feeling))? $"
)
_LETTER = re.compile(r"[a-z0-9]")
_SHOUTED = re.compile(r"!{2,}|(?:![^!]+){2,}!|[?!]{3,}")
_ASKED_AGAIN = re.compile(r"\?{3,}")
_SAME_CHARACTER = re.compile(r"([^\W\d_哈嘻嘿啦呀呜嗯a-z])\1{2,}")
_SAME_PHRASE = re.compile(r"([^\W\d_]{2,6})[,!?。 ]*\1[,!?。 ]*\1")
_LATIN_WORDS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2,}(?![A-Za-z0-9])")


def mood(text: str, leaning: float = 0.0) -> Mood:
    """Words and signs weighed together; 0 when nothing tells. ``leaning`` 0..0.5: how far the whole sounds upset."""
    clean = fold(text)
    told = _told(text, clean)
    angry = _together([leaning, *(-weight for _, weight in told if weight < 0)])
    # Praise in a message that sounds upset is less than half meant.
    pleased = _together(weight for _, weight in told if weight > 0) * (1 - 2 * leaning)
    strong = any(weight <= -_STRONG for _, weight in told)
    signs = _signs(clean, normalize(text))
    if angry >= pleased:
        # Emphasis makes anger angrier; alone it is only impatience.
        angry = _together([angry, *(_EMPHASIS for _ in signs)])
        if not strong:
            angry = min(angry, _CAP_WITHOUT_STRONG_WORD + 0.05 * (len(signs) if angry > 0.4 else 0))
        value = pleased * 0.5 - angry if pleased and not strong else -angry
    else:
        value = _together([pleased, *(_EMPHASIS for _ in signs)]) - angry
    words = [*(word for word, _ in told), *(signs if value < 0 else ())]
    # Adding zero turns a minus zero into a plain one.
    return Mood(round(max(-1.0, min(1.0, value)), 3) + 0.0, tuple(dict.fromkeys(words)))


def _told(text: str, clean: str) -> list[tuple[str, float]]:
    """The words that tell something, as the customer wrote them, with their weights."""
    whole = clean.strip(_AROUND)
    if whole in _WHOLE:
        return [(text.strip(_AROUND), _ALONE)]
    found = [(start, end, _weight(clean, start, end)) for start, end in _spans(clean)]
    return [(text[start:end], weight) for start, end, weight in found if weight]


def _spans(clean: str) -> Iterator[tuple[int, int]]:
    """The longest known word at every place, from left to right; Latin ones only as whole words."""
    start = 0
    while start < len(clean):
        end = next(
            (start + size for size in _LENGTHS.get(clean[start], ()) if _is_word(clean, start, start + size)), None
        )
        if end:
            yield start, end
        start = end or start + 1


def _is_word(clean: str, start: int, end: int) -> bool:
    word = clean[start:end]
    if word not in _WEIGHTS or len(word) < end - start:
        return False
    return not word.isascii() or not (_LETTER.match(clean[start - 1 : start]) or _LETTER.match(clean[end : end + 1]))


def _weight(clean: str, start: int, end: int) -> float:
    weight = _WEIGHTS[clean[start:end]]
    if weight and _NEGATED.search(clean, max(0, start - 24), start):
        # "别生气" and "not angry" tell nothing, "不喜欢" and "not happy" tell displeasure.
        return -0.4 if weight > 0 else 0.0
    return weight


def _together(weights: Iterable[float]) -> float:
    """Independent signs add up towards 1 without ever passing it."""
    rest = 1.0
    for weight in weights:
        rest *= 1.0 - weight
    return 1.0 - rest


def _signs(clean: str, cased: str) -> list[str]:
    signs = [match.group() for pattern in (_SHOUTED, _ASKED_AGAIN, _SAME_CHARACTER, _SAME_PHRASE)
             if (match := pattern.search(clean))]  # fmt: skip
    words = _LATIN_WORDS.findall(cased)
    if len(words) >= 3 and sum(word.isupper() for word in words) >= 0.8 * len(words) and len("".join(words)) >= 10:
        signs.append("CAPS")
    return signs
