"""The measurement of the search: its halves, its figures, its goals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import kb, kb_report, kb_synthetic
from bench.kb_questions import HALVES, Question, questions
from bench.kb_sides import Outcome, figures, threshold
from kb.articles import read_folder


def outcome(slugs: str, best: str, score: float, half: str = "dev") -> Outcome:
    return Outcome(Question("?", "en", half, frozenset(slugs.split())), tuple(best.split()), score)


def test_each_half_has_half_of_the_questions() -> None:
    found = questions(HALVES)
    for language in ("zh", "en"):
        for half, none in (("dev", 38), ("test", 37)):
            own = [question for question in found if (question.language, question.half) == (language, half)]
            assert (sum(bool(q.slugs) for q in own), sum(not q.slugs for q in own)) == (150, none)


def test_figures_are_shares() -> None:
    outcomes = [
        outcome("a", "a b c", 0.9),
        outcome("a b", "b x y", 0.3),
        outcome("a", "x a y", 0.8),
        outcome("a", "x y z", 0.1),
        outcome("", "x y z", 0.7),
        outcome("", "x y z", 0.2),
    ]
    assert figures(outcomes, 0.5) == {
        "questions": 4,
        "recall@1": 0.5,
        "recall@3": 0.75,
        "answered rightly": 0.25,
        "answered wrongly": 0.25,
        "without an article": 2,
        "without an article, answered": 0.5,
    }


def test_a_threshold_lets_one_in_twenty_pass() -> None:
    outcomes = [outcome("", "x", number / 100) for number in range(100)]
    outcomes += [outcome("", "x", 5.0, half="test")]
    assert sum(o.score >= threshold(outcomes) for o in outcomes if o.question.half == "dev") == 5


def test_a_made_up_library_is_made_of_articles(tmp_path: Path) -> None:
    written = kb_synthetic.write(tmp_path, 4)
    articles = read_folder(tmp_path)
    assert [article.language for article in articles] == ["en", "zh", "en", "zh"]
    assert all(
        len(a.questions) == kb_synthetic.QUESTIONS and len(a.sections) == kb_synthetic.SECTIONS for a in articles
    )
    assert written == list(kb_synthetic.articles(4))


def result(recall: float = 0.96, answered: float = 0.04, milliseconds: float = 18.0) -> dict[str, Any]:
    shares = dict.fromkeys(("recall@1", "recall@3", "answered rightly", "answered wrongly"), recall)
    figures_of = {"questions": 1, "without an article": 1, **shares, "without an article, answered": answered}
    halves = {half: dict.fromkeys(("zh", "en", "both"), figures_of) for half in HALVES}
    spread = {"p50": 1.0, "p95": milliseconds, "n": 1}
    sides = ("ours", "BM25 alone", "vectors alone")
    timed = {"wall": 1.0, "processor": 1.0}
    size = {
        "articles": 100,
        "passages": 900,
        "search, ms": dict.fromkeys(sides, spread),
        "recall@1": dict.fromkeys(sides, 0.9),
        **dict.fromkeys(("index", "open again", "one article changed"), timed),
        "memory, MB": {"own": 1.0, "mapped": 2.0},
        "peak of building, MB": 3.0,
        "on disk, MB": 4.0,
    }
    return {
        "measured": "2026-11-22",
        "commit": "abc1234",
        "quality": dict.fromkeys(sides, halves),
        "passages a second": 50.0,
        "sizes": [size, {**size, "articles": 1000}],
    }


def test_the_test_half_is_read_only_when_asked_for() -> None:
    assert {question.half for question in questions()} == {"dev"}


def test_a_look_at_the_test_half_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        kb.main(["--half", "test"])
    assert "--why" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "met"),
    [({}, True), ({"recall": 0.9}, False), ({"answered": 0.06}, False), ({"milliseconds": 21.0}, False)],
)
def test_goals(changed: dict[str, float], met: bool) -> None:
    assert kb_report.goals_met(result(**changed)) is met


def test_the_report_is_written(tmp_path: Path) -> None:
    kb_report.write(result(), tmp_path)
    written = (tmp_path / "kb.md").read_text(encoding="utf-8")
    assert "| test | zh | recall@1 | 96.0 |" in written
    assert "| search, ours: p95, ms | 18.0 | 18.0 |" in written
    assert (tmp_path / "kb.png").stat().st_size > 10_000


def test_without_sizes_there_is_no_table_of_them(tmp_path: Path) -> None:
    kb_report.write({**result(), "sizes": []}, tmp_path, name="kb-test")
    assert "## Size" not in (tmp_path / "kb-test.md").read_text(encoding="utf-8")
