"""Only a clear yes may cancel: whatever the classifier thinks of it, doubt is asked again."""

from __future__ import annotations

import pytest

from actions.clear_yes import is_clear_yes
from actions.turn import CustomerTurn
from tests.unit.actions.test_turn import tracker


def turn(text: str, intent: str = "affirm", confidence: float = 0.9) -> CustomerTurn:
    told = tracker(text, intent)
    told.latest_message["intent"]["confidence"] = confidence
    return CustomerTurn.of(told)


@pytest.mark.parametrize(
    "text",
    [
        "是",
        "是的，取消",
        "好的",
        "嗯嗯",
        "确认取消",
        "對，取消",
        "yes",
        "Yes, cancel it!",
        "OK",
        "go ahead",
        "sure please",
    ],
)
def test_a_yes_is_a_yes(text: str) -> None:
    assert is_clear_yes(turn(text))


@pytest.mark.parametrize(
    "text",
    [
        *("等一下", "不是", "先别", "好像不对", "嗯我再想想", "可以不取消吗", "好吗？", "取消", "什么", "慢着"),
        *(
            "wait",
            "ok wait",
            "keep it",
            "yes but not this one",
            "don't",
            "Don’t, please",
            "hold on",
            "right now? why",
            "hm",
        ),
    ],
)
def test_doubt_is_no_yes(text: str) -> None:
    assert not is_clear_yes(turn(text))


def test_neither_is_a_guess_of_the_classifier() -> None:
    assert not is_clear_yes(turn("yes", confidence=0.3))
    assert not is_clear_yes(turn("yes", intent="cancel_order"))


def test_the_button_needs_no_words() -> None:
    assert is_clear_yes(turn('/affirm{"confirming": "SO202611010001"}', confidence=1.0))
    assert not is_clear_yes(turn('/deny{"confirming": "SO202611010001"}', "deny", 1.0))
