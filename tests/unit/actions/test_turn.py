"""Is a message an answer to the form's question, or another matter?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.forms.description import Kind, Question
from actions.forms.hearing import is_digression
from actions.turn import CustomerTurn, answered_question, said_this_turn

STORY = Question("problem", Kind.TEXT)


def tracker(text: str, intent: str, found: dict[str, str] | None = None, events: list[Any] | None = None) -> Tracker:
    entities = [
        {"entity": name, "value": value, "start": text.index(value), "end": text.index(value) + len(value)}
        for name, value in (found or {}).items()
    ]
    message = {"text": text, "intent": {"name": intent, "confidence": 0.95}, "entities": entities}
    return Tracker("talk", {}, message, events or [], False, None, {}, "action_listen")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("SO202611010002", "ask_warranty"),
        ("SO202611010002", "ask_store"),
        ("单号SO202611010002", "inform"),
        ("嗯 SO202611010002", "affirm"),
        ("SO202611010002 asdf", "nlu_fallback"),
    ],
)
def test_data_is_an_answer(text: str, intent: str) -> None:
    turn = CustomerTurn.of(tracker(text, intent, {"order_number": "SO202611010002"}))
    assert not is_digression(turn, None)


def test_words_beside_the_data_may_change_the_matter() -> None:
    told = tracker("how long is the warranty on SO202611010002", "ask_warranty", {"order_number": "SO202611010002"})
    assert is_digression(CustomerTurn.of(told), None)
    unsure = replace(CustomerTurn.of(told), confidence=0.4)
    assert not is_digression(unsure, None)


def test_a_button_of_another_matter_counts_by_its_intent() -> None:
    assert is_digression(CustomerTurn.of(tracker('/ask_warranty{"order_number": "1"}', "ask_warranty")), None)
    assert not is_digression(CustomerTurn.of(tracker('/inform{"order_number": "1"}', "inform")), None)


@pytest.mark.parametrize(
    "text", ["按键不灵了，而且充电很慢", "the left side crackles when I move", "很差，用了两天就坏"]
)
@pytest.mark.parametrize("intent", ["make_complaint", "usage_help", "ask_product_info", "insult"])
def test_nearly_anything_may_stand_in_a_story(text: str, intent: str) -> None:
    assert not is_digression(CustomerTurn.of(tracker(text, intent)), STORY)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("保修多久", "ask_warranty"),
        ("who pays the postage?", "ask_return_policy"),
        ("转人工", "request_human"),
        ("谢谢", "thanks"),
        ("算了", "stop"),
    ],
)
def test_what_is_clearly_something_else_is_no_story(text: str, intent: str) -> None:
    assert is_digression(CustomerTurn.of(tracker(text, intent)), STORY)


def test_stock_rasa_messages_without_our_metadata_are_read_too() -> None:
    turn = CustomerTurn.of(tracker("hi", "greet"))
    assert (turn.conversation_id, turn.customer_id, turn.address) == ("talk", None, "")


def test_what_happened_since_the_customers_message() -> None:
    earlier = [{"event": "slot", "name": "last_four", "value": "8002"}, {"event": "user"}]
    said = {"event": "bot", "metadata": {"kefu": {"key": "utter_go_on"}}}
    assert not answered_question(tracker("", "greet", events=earlier))
    assert answered_question(
        tracker("", "greet", events=[*earlier, {"event": "slot", "name": "last_four", "value": "1"}])
    )
    assert said_this_turn(tracker("", "greet", events=[said, *earlier])) == set()
    assert said_this_turn(tracker("", "greet", events=[*earlier, said])) == {"utter_go_on"}
