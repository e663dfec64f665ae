"""Should a human take over? Pure: rules and what was measured in, a decision out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.messages import BotTurn, Handoff
from bot.rules import HandoffRule, HandoffRules, number
from lang.told import Words, told


@dataclass(frozen=True)
class Evidence:
    """One bot turn as the rules see it. ``misunderstandings`` counts this turn too.

    ``asked_rule`` is the rule whose offer the customer took by pressing its button.
    """

    turn: BotTurn
    message_id: str
    text: str
    misunderstandings: int
    asked_rule: str | None = None


@dataclass(frozen=True)
class HandoffDecision:
    """``rule`` fired; ``handoff`` explains it. ``rule.do`` says whether a human takes over or is only offered."""

    rule: HandoffRule
    handoff: Handoff

    @property
    def hands_over(self) -> bool:
        return self.rule.do == "hand_over"


def decide_handoff(rules: HandoffRules, evidence: Evidence) -> HandoffDecision | None:
    """The first rule in file order whose condition holds."""
    for rule in rules.rules:
        handoff = _measure(rule, evidence)
        if handoff is not None:
            return HandoffDecision(rule, _named_by_button(rules, rule, handoff, evidence))
    return None


def decide_at_once(rules: HandoffRules, message_id: str, text: str) -> HandoffDecision | None:
    """The first rule by whose words a message goes to a human before the bot is asked."""
    for rule in rules.rules:
        if rule.at_once:
            handoff = _by_words(rule, message_id, text)
            if handoff is not None:
                return HandoffDecision(rule, handoff)
    return None


def explain_handoff(decision: HandoffDecision) -> Mapping[str, Any]:
    """What is kept with the message (design, invariant 4)."""
    handoff = decision.handoff
    return {
        "rule": handoff.rule,
        "fired": decision.rule.id,
        "do": decision.rule.do,
        "threshold": handoff.threshold,
        "measured": handoff.measured,
        "words": handoff.words,
    }


def misunderstood(turn: BotTurn) -> bool:
    """An action says so (``facts["misunderstood"]``), or the turn failed.

    Not the intent: a form may well take a bare number that the classifier refused, and an article may answer it.
    """
    return turn.failed or bool(turn.facts.get("misunderstood"))


def handoff_rule_in(payload: str | None) -> str | None:
    """The rule id inside a trusted ``/request_human{"handoff_rule": ...}``."""
    if payload is None or "{" not in payload:
        return None
    try:
        data = json.loads(payload[payload.index("{") :])
    except json.JSONDecodeError:
        return None
    rule = data.get("handoff_rule") if isinstance(data, dict) else None
    return rule if isinstance(rule, str) else None


def _measure(rule: HandoffRule, evidence: Evidence) -> Handoff | None:
    """None when the rule's condition does not hold."""
    understanding = evidence.turn.understanding
    if rule.condition == "words":
        return _by_words(rule, evidence.message_id, evidence.text)
    if rule.condition == "mood_at_most":
        if evidence.turn.facts.get("words_about_article"):
            return None  # "useless!" was said of an answer, and was answered with a better one
        limit = number(rule)
        words = "、".join(understanding.mood_words) or evidence.text
        return _handoff(rule, evidence, limit, understanding.mood, words) if understanding.mood <= limit else None
    if rule.condition == "misunderstood_in_a_row":
        limit = number(rule)
        counted = float(evidence.misunderstandings)
        return _handoff(rule, evidence, limit, counted) if counted >= limit else None
    holds = {
        "intent": understanding.intent == rule.value and not evidence.turn.facts.get("answered_form"),
        "response": any(utterance.key == rule.value for utterance in evidence.turn.utterances),
        "failed": evidence.turn.failed,
    }[rule.condition]
    confidence = understanding.confidence if rule.condition == "intent" else None
    return _handoff(rule, evidence, None, confidence) if holds else None


def words_in(rule: HandoffRule, text: str) -> str:
    """The rule's words that the message tells, for people to read; empty for none, and for a rule of another kind."""
    return "、".join(told(rule.value, text)) if isinstance(rule.value, Words) else ""


def _by_words(rule: HandoffRule, message_id: str, text: str) -> Handoff | None:
    found = words_in(rule, text)
    return Handoff(rule.id, message_id, words=found) if found else None


def _handoff(
    rule: HandoffRule, evidence: Evidence, threshold: float | None, measured: float | None, words: str | None = None
) -> Handoff:
    return Handoff(
        rule=rule.id,
        message_id=evidence.message_id,
        words=evidence.text if words is None else words,
        threshold=threshold,
        measured=measured,
    )


def _named_by_button(rules: HandoffRules, rule: HandoffRule, handoff: Handoff, evidence: Evidence) -> Handoff:
    """A human offered by one rule and then asked for: the first rule is the reason an agent wants to read."""
    asked = rules.by_id(evidence.asked_rule) if evidence.asked_rule else None
    if asked is None or rule.do != "hand_over":
        return handoff
    return Handoff(rule=asked.id, message_id=handoff.message_id, words=handoff.words, measured=handoff.measured)
