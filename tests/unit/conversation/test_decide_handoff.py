"""Which rule fires, and what it says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.decide_handoff import Evidence, decide_handoff, handoff_rule_in, misunderstood
from bot.messages import BotTurn
from bot.rules import HandoffRules
from tests.fakes import RULES, bot_turn, failed_turn, misunderstood_turn


def evidence(turn: BotTurn, misunderstandings: int = 0, asked_rule: str | None = None) -> Evidence:
    return Evidence(turn, "m" * 32, "客户的话", misunderstandings, asked_rule)


def test_an_ordinary_turn_fires_nothing() -> None:
    assert decide_handoff(RULES, evidence(bot_turn())) is None


def test_asking_for_a_human_keeps_the_words_and_the_confidence() -> None:
    decision = decide_handoff(RULES, evidence(bot_turn(intent="request_human")))
    assert decision is not None
    assert decision.hands_over
    assert (decision.handoff.rule, decision.handoff.words, decision.handoff.measured) == (
        "asks_for_human",
        "客户的话",
        0.9,
    )


def test_words_that_answered_a_forms_question_ask_for_nobody() -> None:
    # "Personal", said when asked whether the invoice is for a person or a company.
    turn = replace(bot_turn(intent="request_human"), facts={"answered_form": True})
    assert decide_handoff(RULES, evidence(turn)) is None


@pytest.mark.parametrize(("count", "fires"), [(2, False), (3, True), (4, True)])
def test_misunderstandings_are_counted_to_the_threshold(count: int, fires: bool) -> None:
    decision = decide_handoff(RULES, evidence(misunderstood_turn(), count))
    assert (decision is not None) is fires
    if decision:
        assert (decision.handoff.threshold, decision.handoff.measured) == (3, count)


@pytest.mark.parametrize(("mood", "fires"), [(-0.59, False), (-0.6, True), (-1.0, True)])
def test_mood_is_held_against_the_threshold(mood: float, fires: bool) -> None:
    decision = decide_handoff(RULES, evidence(bot_turn(mood=mood, mood_words=("骗子", "垃圾"))))
    assert (decision is not None) is fires
    if decision:
        assert (decision.handoff.threshold, decision.handoff.measured) == (-0.6, mood)
        assert decision.handoff.words == "骗子、垃圾"


def test_hard_words_about_an_article_are_no_reason_for_a_human() -> None:
    turn = bot_turn(mood=-0.7, mood_words=("没用",), facts={"words_about_article": True})
    assert decide_handoff(RULES, evidence(turn)) is None


def test_a_response_can_fire() -> None:
    decision = decide_handoff(RULES, evidence(bot_turn("utter_x", "utter_identity_exhausted")))
    assert decision is not None
    assert (decision.rule.id, decision.hands_over) == ("identity_failed", False)


def test_a_failed_turn_can_fire() -> None:
    decision = decide_handoff(RULES, evidence(failed_turn(), 1))
    assert decision is not None
    assert decision.rule.id == "trouble"


def test_the_first_rule_in_the_file_wins() -> None:
    turn = bot_turn(intent="request_human", mood=-0.9)
    first = decide_handoff(RULES, evidence(turn))
    backwards = decide_handoff(HandoffRules(RULES.rules[::-1]), evidence(turn))
    assert first is not None
    assert backwards is not None
    assert (first.rule.id, backwards.rule.id) == ("asks_for_human", "upset")


def test_a_pressed_offer_names_the_rule_that_made_it() -> None:
    turn = bot_turn(intent="request_human")
    decision = decide_handoff(RULES, evidence(turn, asked_rule="identity_failed"))
    assert decision is not None
    assert (decision.handoff.rule, decision.rule.id) == ("identity_failed", "asks_for_human")
    unknown = decide_handoff(RULES, evidence(turn, asked_rule="deleted_since"))
    assert unknown is not None
    assert unknown.handoff.rule == "asks_for_human"


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        ('/request_human{"handoff_rule": "upset"}', "upset"),
        ("/request_human", None),
        ('/request_human{"handoff_rule": 3}', None),
        ("/request_human{broken", None),
        (None, None),
    ],
)
def test_the_rule_is_read_from_the_payload(payload: str | None, rule: str | None) -> None:
    assert handoff_rule_in(payload) == rule


def test_what_counts_as_misunderstood() -> None:
    assert misunderstood(misunderstood_turn())
    assert misunderstood(failed_turn())
    assert not misunderstood(bot_turn())
    # A form took the message in spite of the classifier.
    assert not misunderstood(bot_turn(intent="nlu_fallback"))
    assert not misunderstood(replace(misunderstood_turn(), facts={"misunderstood": False}))
