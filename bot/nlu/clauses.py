"""Where a message falls into parts that may each ask for something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lang.normalize import fold
from lang.tokenize import HAN

# A sign that ends a clause. Latin ones only before a space or beside Chinese: "1,299" and "a.b" are no clauses.
_SIGN = rf"[，。；！？…\n~]+|[,.;!?]+(?=\s|$|[{HAN}])|(?<=[{HAN}])[,.;!?]+|(?<=[{HAN}])\s+(?=[{HAN}])"
_ALSO_ZH = "另外|还有|顺便|顺带|以及|并且|同时|然后再|再帮我"
_ALSO_EN = "and also|and then|and|also|plus|btw|by the way|besides|while you're at it"
_BREAK = re.compile(rf"(?:{_SIGN}|\s)*(?:(?P<also>{_ALSO_ZH})|(?<![a-z])(?P<too>{_ALSO_EN})(?![a-z]))|{_SIGN}")
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[a-z']+")
_LEAST_CHARACTERS, _LEAST_WORDS = 3, 2
_MOST_CLAUSES = 5
_LONGEST = 300


@dataclass(frozen=True)
class Clause:
    """``text[start:end]``; ``announced``: it begins with a word like "also" or 顺便."""

    start: int
    end: int
    announced: bool


def clauses(text: str) -> list[Clause]:
    """The parts of a message, in order, those without enough words left out; empty when there are not at least two.

    Empty for long messages too: those tell a story, in which most sentences ask for nothing.
    """
    if len(text) > _LONGEST:
        return []
    folded = fold(text)
    found = [clause for clause in _between_breaks(folded) if _says_something(folded[clause.start : clause.end])]
    return found if 2 <= len(found) <= _MOST_CLAUSES else []


def _between_breaks(folded: str) -> Iterator[Clause]:
    start, announced = 0, False
    for sign in _BREAK.finditer(folded):
        if sign.start() > start:
            yield Clause(start, sign.start(), announced)
        start, announced = sign.end(), bool(sign["also"] or sign["too"])
    if start < len(folded):
        yield Clause(start, len(folded), announced)


def _says_something(part: str) -> bool:
    characters, words = len(_HAN.findall(part)), len(_WORD.findall(part))
    return characters / _LEAST_CHARACTERS + words / _LEAST_WORDS >= 1
