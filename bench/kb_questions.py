"""The blind questions of tests/data/kb_questions, in two halves.

Data rows are counted from 0: even ones are for development (single misses may be looked at), odd ones are the test, of
which only sums are looked at.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).resolve().parent.parent / "tests" / "data" / "kb_questions"
LANGUAGES = ("zh", "en")
HALVES = ("development", "test")


@dataclass(frozen=True)
class Question:
    """``slugs``: the articles that answer it, empty where none does."""

    text: str
    language: str
    half: str
    slugs: frozenset[str]


def questions() -> list[Question]:
    """All of them, in the order of the files."""
    found = []
    for language in LANGUAGES:
        for row, (text, slugs) in enumerate(_rows(f"{language}.tsv")):
            named = frozenset(slug.rpartition("/")[2] for slug in slugs.split("|"))
            found.append(Question(text, language, HALVES[row % 2], named))
        for row, (text, _) in enumerate(_rows(f"none.{language}.tsv")):
            found.append(Question(text, language, HALVES[row % 2], frozenset()))
    return found


def _rows(name: str) -> list[tuple[str, str]]:
    with (QUESTIONS / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        return [(first, second) for first, second in lines]
