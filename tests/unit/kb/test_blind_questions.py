"""The blind questions keep their shape: counts, columns, known articles, nothing twice.

The questions were written from the topics' names and scopes only, by someone who had seen no article and no example.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
QUESTIONS = ROOT / "tests" / "data" / "kb_questions"
ARTICLES = ROOT / "kb" / "articles"
MOODS = ROOT / "tests" / "data" / "mood_blind.tsv"
LANGUAGES = ("zh", "en")
HALVES = ("dev", "test")
ASKED, ASKED_OF_NONE = 300, 75
A_TOPIC = range(2, 9)
TEXTS_OF_A_MOOD = {"angry": 40, "polite_anger": 40, "irony": 30, "problem": 40, "neutral": 40, "pleased": 30}
SLUG = re.compile(r"[a-z]+/[a-z-]+")


def _rows(path: Path, *columns: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert tuple(reader.fieldnames or ()) == columns
        rows = list(reader)
    for row in rows:
        assert all(value and value == value.strip() for value in row.values()), row
    return rows


def _both_halves(name: str, *columns: str) -> list[dict[str, str]]:
    halves = [_rows(QUESTIONS / f"{name}.{half}.tsv", *columns) for half in HALVES]
    assert 0 <= len(halves[0]) - len(halves[1]) <= 1
    return [row for half in halves for row in half]


def _slugs(language: str) -> list[str]:
    rows = _both_halves(language, "question", "slugs")
    return [slug for row in rows for slug in row["slugs"].split("|")]


def _twice(texts: list[str]) -> list[str]:
    """Texts that differ in nothing but punctuation, spaces and case."""
    counts = Counter(re.sub(r"\W", "", text).lower() for text in texts)
    return [text for text, count in counts.items() if count > 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_asked_twice(language: str) -> None:
    answered = _both_halves(language, "question", "slugs")
    unanswered = _both_halves(f"none.{language}", "question", "why")
    assert (len(answered), len(unanswered)) == (ASKED, ASKED_OF_NONE)
    assert not _twice([row["question"] for row in answered + unanswered])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_asked_about(language: str) -> None:
    slugs = _slugs(language)
    assert all(SLUG.fullmatch(slug) for slug in slugs)
    assert {slug: count for slug, count in Counter(slugs).items() if count not in A_TOPIC} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_article_that_is_asked_for_is_there(language: str) -> None:
    missing = [slug for slug in sorted(set(_slugs(language))) if not (ARTICLES / f"{slug}.{language}.md").is_file()]
    assert missing == []


def test_both_languages_ask_about_the_same_topics() -> None:
    assert set(_slugs("zh")) == set(_slugs("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_article_answers_is_half_near_and_half_far(language: str) -> None:
    kinds = Counter(row["why"].split(":")[0] for row in _both_halves(f"none.{language}", "question", "why"))
    assert set(kinds) == {"neighbour", "unrelated"}
    assert abs(kinds["neighbour"] - kinds["unrelated"]) <= 1


def test_every_mood_has_its_texts_in_both_languages() -> None:
    rows = _rows(MOODS, "language", "kind", "text")
    counts = Counter((row["language"], row["kind"]) for row in rows)
    assert counts == {(language, kind): count for language in LANGUAGES for kind, count in TEXTS_OF_A_MOOD.items()}
    assert not _twice([row["text"] for row in rows])
