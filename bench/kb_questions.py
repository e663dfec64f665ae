"""The blind questions of tests/data/kb_questions, in two halves.

``*.dev.tsv`` are for development: single misses may be looked at. Of ``*.test.tsv`` only sums are looked at, and every
look is written down in ``looks.md`` before it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).resolve().parent.parent / "tests" / "data" / "kb_questions"
LANGUAGES = ("zh", "en")
DEVELOPMENT, TEST = "dev", "test"
HALVES = (DEVELOPMENT, TEST)


@dataclass(frozen=True)
class Question:
    """``slugs``: the articles that answer it, empty where none does."""

    text: str
    language: str
    half: str
    slugs: frozenset[str]


def questions(halves: Sequence[str] = (DEVELOPMENT,)) -> list[Question]:
    """Those of the halves named, in the order of the files."""
    found = []
    for half in halves:
        for language in LANGUAGES:
            for text, slugs in _rows(f"{language}.{half}.tsv"):
                named = frozenset(slug.rpartition("/")[2] for slug in slugs.split("|"))
                found.append(Question(text, language, half, named))
            found += [Question(text, language, half, frozenset()) for text, _ in _rows(f"none.{language}.{half}.tsv")]
    return found


def _rows(name: str) -> list[tuple[str, str]]:
    with (QUESTIONS / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        return [(first, second) for first, second in lines]
