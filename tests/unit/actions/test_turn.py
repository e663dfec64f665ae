"""Is a message an answer to the form's question, or another matter?"""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.turn import CustomerTurn, answered_question, said_this_turn

OWN = frozenset({"track_order"})


def tracker(text: str, intent: str, found: dict[str, str] | None = None, events: list[Any] | None = None) -> Tracker:
    entities = [
        {"entity": name, "value": value, "start": text.index(value), "end": text.index(value) + len(value)}
        for name, value in (found or {}).items()
    ]
    message = {"text": text, "intent": {"name": intent}, "entities": entities}
    return Tracker("talk", {}, message, events or [], False, None, {}, "action_listen")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("SO202611010002", "request_invoice"),
        ("SO202611010002", "cancel_order"),
        ("单号SO202611010002", "inform"),
        ("我的SO202611010002到哪了", "track_order"),
        ("嗯 SO202611010002", "affirm"),
        ("SO202611010002 asdf", "nlu_fallback"),
    ],
)
def test_data_is_an_answer(text: str, intent: str) -> None:
    turn = CustomerTurn.of(tracker(text, intent, {"order_number": "SO202611010002"}))
    assert not turn.another_matter(OWN)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("SO202611010002 我要取消", "cancel_order"), ("can I return SO202611010002", "return_item")],
)
def test_words_beside_the_data_may_change_the_matter(text: str, intent: str) -> None:
    turn = CustomerTurn.of(tracker(text, intent, {"order_number": "SO202611010002"}))
    assert turn.another_matter(OWN)


def test_a_button_of_another_matter_counts_by_its_intent() -> None:
    assert CustomerTurn.of(tracker('/cancel_order{"order_number": "1"}', "cancel_order")).another_matter(OWN)
    assert not CustomerTurn.of(tracker('/inform{"order_number": "1"}', "inform")).another_matter(OWN)


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
