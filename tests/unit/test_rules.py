"""rules/handoff.yml: what is read, and what an operator is told when it cannot be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.rules import HANDOFF_FILE, RulesError, load_handoff_rules

ROOT = Path(__file__).parents[2]
REASON = "reason: {zh: 原因, en: reason}"


def rules_file(folder: Path, text: str) -> Path:
    path = folder / "handoff.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_our_own_file_has_the_rules_that_the_bot_promises() -> None:
    rules = load_handoff_rules(ROOT / HANDOFF_FILE)
    found = {rule.id: (rule.condition, rule.value, rule.do) for rule in rules.rules}
    assert found["asks_for_human"] == ("intent", "request_human", "hand_over")
    assert found["misunderstood"] == ("misunderstood_in_a_row", 3, "hand_over")
    assert found["upset"] == ("mood_at_most", -0.6, "hand_over")
    assert found["identity_failed"] == ("response", "utter_identity_exhausted", "offer")
    assert found["trouble"] == ("failed", True, "offer")
    assert rules.tell_again_after == timedelta(minutes=2)


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    path = rules_file(tmp_path, f"rules: [{{id: a, when: {{failed: true}}, do: offer, {REASON}}}]")
    (rule,) = load_handoff_rules(path).rules
    assert (rule.say, rule.keep_reply) == ((), True)
    assert rule.reason == {"zh": "原因", "en": "reason"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: [", "not valid YAML"),
        ("", "the whole file"),
        ("rules: []", "rules"),
        (f"rules: [{{id: a, when: {{}}, do: offer, {REASON}}}]", "rules[0].when"),
        (f"rules: [{{id: a, when: {{intent: x, failed: true}}, do: offer, {REASON}}}]", "rules[0].when"),
        (f"rules: [{{id: a, when: {{mood_at_most: 3}}, do: offer, {REASON}}}]", "rules[0].when.mood_at_most"),
        (f"rules: [{{id: a, when: {{weather: bad}}, do: offer, {REASON}}}]", "weather"),
        (f"rules: [{{id: a, when: {{failed: true}}, do: shout, {REASON}}}]", "rules[0].do"),
        ("rules: [{id: a, when: {failed: true}, do: offer, reason: {zh: 原因}}]", "rules[0].reason: 'en'"),
        (f"rules: [{{id: Ä, when: {{failed: true}}, do: offer, {REASON}}}]", "rules[0].id"),
        (
            f"rules: [{{id: a, when: {{failed: true}}, do: offer, {REASON}}}, "
            f"{{id: a, when: {{intent: x}}, do: offer, {REASON}}}]",
            "rules[1].id: 'a' is used twice",
        ),
    ],
)
def test_a_fault_is_told_with_file_and_place(tmp_path: Path, text: str, told: str) -> None:
    path = rules_file(tmp_path, text)
    with pytest.raises(RulesError) as caught:
        load_handoff_rules(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="is missing"):
        load_handoff_rules(tmp_path / "handoff.yml")


def test_a_response_nobody_wrote_is_told(tmp_path: Path) -> None:
    path = rules_file(tmp_path, f"rules: [{{id: a, when: {{failed: true}}, do: offer, say: [utter_gone], {REASON}}}]")
    with pytest.raises(RulesError, match="utter_gone"):
        load_handoff_rules(path, known_responses=["utter_here"])
    assert load_handoff_rules(path, known_responses=["utter_gone"]).rules
