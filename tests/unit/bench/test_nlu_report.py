from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import nlu_report
from bench.nlu_blind import SETS, BlindMessage
from bench.nlu_data import DEFAULT, JIEBA, OURS
from bench.nlu_summary import compare, confusions, side_summary


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    messages = [
        BlindMessage(part, "nlu_fallback" if part.startswith("out") else "greet", f"{part} 你好 {number}")
        for part in SETS
        for number in range(4)
    ]

    def answers(wrong: int) -> list[dict[str, Any]]:
        said = ["thanks" if number % 4 < wrong else message.intent for number, message in enumerate(messages)]
        return [{"intent": i, "first": i, "score": 0.5, "milliseconds": 3.0, "cpu_milliseconds": 2.0} for i in said]

    given = {OURS: answers(1), DEFAULT: answers(2), JIEBA: answers(3)}
    training = {"seconds": 61.0, "cpu_seconds": 99.0, "memory": 900.0, "load_before": 0.25}
    training |= {"held_up": 12.0, "trained_at": "2026-11-21T23:00:00+00:00"}
    serving = {"memory": 400.0, "load_seconds": 5.0, "load_before": 0.5, "tensorflow": True}
    return {
        "measured_at": "2026-11-22T00:00:00+00:00",
        "machine": "2 cores",
        "commit": "abc1234",
        "half": "dev",
        "epochs": None,
        "data": {"examples": 8000, "intents": 2, "messages": len(messages), "repeated": 1},
        "threads": {"training": 2, "serving": 1},
        "sides": {
            name: {**side_summary(messages, side), "training": training, "serving": serving}
            for name, side in given.items()
        },
        "errors": compare(messages, given),
        "confusions": confusions(messages, given[OURS], with_texts=True),
    }


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(nlu_report, "RESULTS", tmp_path)
    return tmp_path


def test_the_table_has_a_column_a_side(result: dict[str, Any]) -> None:
    table = {row[0]: row[1:] for row in nlu_report.rows(result["sides"])}
    assert table["right, in scope, Chinese"] == ("75.0% (75.0%)", "50.0% (50.0%)", "25.0% (25.0%)")
    assert table["training (s)"] == ("61", "61", "61")


def test_the_better_stock_side_is_named_with_its_ratio(result: dict[str, Any]) -> None:
    first = nlu_report.conclusions(result)[0]
    assert "ours 7" in first
    assert "(rasa default) 14; ratio 0.50" in first


def test_writes_table_numbers_and_picture(result: dict[str, Any], results: Path) -> None:
    path = nlu_report.write(result)
    assert path == results / "nlu.md"
    text = path.read_text("utf-8")
    assert "| right, in scope, Chinese | 75.0% (75.0%) |" in text
    assert "| 7 | greet | thanks |" in text
    assert "(nlu.png)" in text
    assert json.loads((results / "nlu.json").read_text("utf-8")) == result
    assert (results / "nlu.png").read_bytes().startswith(b"\x89PNG")


def test_the_test_half_has_files_of_its_own(result: dict[str, Any], results: Path) -> None:
    nlu_report.write({**result, "half": "test"})
    assert sorted(path.name for path in results.iterdir()) == ["nlu-test.json", "nlu-test.md", "nlu-test.png"]


def test_a_run_with_fewer_epochs_cannot_pass_for_stock_as_it_comes(result: dict[str, Any], results: Path) -> None:
    path = nlu_report.write({**result, "epochs": 20})
    assert path.name == "nlu-20-epochs.md"
    assert "Not stock as it comes: DIET trained for 20 epochs" in path.read_text("utf-8")
    assert not (results / "nlu.md").exists()
