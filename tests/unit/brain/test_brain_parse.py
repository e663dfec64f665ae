"""``kefu parse``: one object a line, whatever the line holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bot.brain.parse import parse_lines


def test_every_line_gives_an_object_in_order(tiny_model: Path) -> None:
    lines = ["hello", "", "   ", " it is SO2002", "/restart", "angry words 😀", "x" * 10_000, "\x00"]
    results = list(parse_lines(tiny_model, lines))

    assert [result["text"] for result in results] == lines
    for result in results:
        assert list(result) == ["text", "language", "intent", "confidence", "entities", "sentiment"]
        assert 0 <= result["confidence"] <= 1
        json.dumps(result)
    hello, empty, blank, order, command, angry, *_ = results
    assert (hello["intent"], hello["language"], hello["sentiment"]) == ("greet", "en", 0.0)
    assert empty["intent"] == blank["intent"] == "nlu_fallback"
    assert empty["language"] is None
    assert order["entities"] == [{"entity": "order_number", "value": "SO2002", "start": 7, "end": 13}]
    assert command["intent"] != "restart"
    assert angry["sentiment"] == -0.5


def test_lines_are_answered_as_they_come(tiny_model: Path) -> None:
    asked: list[str] = []

    def lines() -> Iterator[str]:
        for text in ("hello", "hi there"):
            asked.append(text)
            yield text

    results = parse_lines(tiny_model, lines())
    assert next(results)["text"] == "hello"
    assert asked == ["hello"]
