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
    at_once = [rule.id for rule in rules.rules if rule.at_once]
    assert at_once == [
        *("self_harm", "swallowed", "fire_or_smoke", "allergic_reaction", "injured"),
        *("legal_threat", "media_threat"),
    ]
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
        ("rules: [", "this is not valid YAML: line "),
        ("", "the whole file: must be lines of the form 'name: value', not empty"),
        ("rules: []", "rules: give at least one"),
        (f"rules: [{{id: a, when: {{}}, do: offer, {REASON}}}]", "rule 1 ('a'), when: give exactly one of words"),
        (f"rules: [{{id: a, when: {{intent: x, failed: true}}, do: offer, {REASON}}}]", "when: give exactly one of"),
        (f"rules: [{{id: a, when: {{mood_at_most: 3}}, do: offer, {REASON}}}]", "when, mood_at_most: 3 is too large"),
        (
            f"rules: [{{id: a, when: {{mood_below: 0}}, do: offer, {REASON}}}]",
            "rule 1 ('a'), when: 'mood_below' is unknown; "
            "use one of words, intent, misunderstood_in_a_row, mood_at_most, response, failed",
        ),
        (f"rules: [{{id: a, when: {{failed: no}}, do: offer, {REASON}}}]", "failed: can only be true"),
        (f"rules: [{{id: a, when: {{failed: true}}, do: shout, {REASON}}}]", "do: 'shout' is unknown; use one of hand"),
        (f"rules: [{{id: a, when: {{failed: true}}, do: offer, say: x, {REASON}}}]", "say: must be a list: [one, two]"),
        ("rules: [{id: a, when: {failed: true}, do: offer, reason: {zh: 原因}}]", "reason: 'en' is missing"),
        (f"rules: [{{id: Ä, when: {{failed: true}}, do: offer, {REASON}}}]", "id: 'Ä' must be small letters"),
        (f"rules: [{{when: {{failed: true}}, do: offer, {REASON}}}]", "rule 1: 'id' is missing"),
        ("rules: [x]", "rule 1: must be lines of the form"),
        ("rules: []\nrules: []", "line 2: 'rules' stands twice in one block"),
        (
            f"rules: [{{id: a, when: {{failed: true}}, do: offer, {REASON}}}, "
            f"{{id: a, when: {{intent: x}}, do: offer, {REASON}}}]",
            "rule 2 ('a'), id: it is used twice",
        ),
    ],
)
def test_a_fault_is_told_with_file_and_place(tmp_path: Path, text: str, told: str) -> None:
    path = rules_file(tmp_path, text)
    with pytest.raises(RulesError) as caught:
        load_handoff_rules(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)
    assert "unicode string" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("{zh: []}", "rule 1 ('a'), when, words, zh: give at least one"),
        ("{zh: 着火}", "rule 1 ('a'), when, words, zh: must be a list: [one, two], not '着火'"),
        ("着火", "rule 1 ('a'), when, words: must be lines of the form 'name: value', not '着火'"),
        ("{fr: [feu]}", "when, words: 'fr' is unknown; use one of zh, en, unless, supposed_too"),
        ("{en: [fire], unless: {de: [x]}}", "when, words, unless: 'de' is unknown; use one of zh, en"),
        ("{unless: {en: [x y]}}", "rule 1 ('a'), when, words: give words under zh, en or both"),
        ("{zh: [着火, 12315]}", "when, words, zh, entry 2: must be a text, not 12315"),
        ("{zh: [着火], en: [on fire, 冒烟]}", "when, words, en, entry 2: '冒烟' is Chinese; put it under zh"),
        ("{zh: [on fire]}", "when, words, zh, entry 1: 'on fire' is English; put it under en"),
        ("{zh: [孩子 +]}", "when, words, zh, entry 1: '孩子 +': there is no word on one side of a + or /"),
        ("{en: [burned//burnt my]}", "en, entry 1: 'burned//burnt my': there is no word on one side"),
        ("{zh: [吞]}", "when, words, zh, entry 1: '吞' stands in far too many messages"),
        ("{en: [fire], supposed_too: maybe}", "when, words, supposed_too: must be true or false, not 'maybe'"),
    ],
)
def test_a_fault_in_words_is_told_with_its_entry(tmp_path: Path, words: str, told: str) -> None:
    path = rules_file(tmp_path, f"rules: [{{id: a, when: {{words: {words}}}, do: hand_over, {REASON}}}]")
    with pytest.raises(RulesError) as caught:
        load_handoff_rules(path)
    assert told in str(caught.value)


def test_only_words_that_want_no_answer_go_before_the_bot(tmp_path: Path) -> None:
    entries = [
        "words: {en: [on fire]}}, do: hand_over, keep_reply: false",
        "words: {en: [sparks]}}, do: hand_over",
        "words: {en: [smoke]}}, do: offer, keep_reply: false",
        "intent: request_human}, do: hand_over, keep_reply: false",
    ]
    lines = (f"- {{id: r{number}, when: {{{entry}, {REASON}}}\n" for number, entry in enumerate(entries))
    rules = load_handoff_rules(rules_file(tmp_path, "rules:\n" + "".join(lines)))
    assert [rule.at_once for rule in rules.rules] == [True, False, False, False]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="is missing"):
        load_handoff_rules(tmp_path / "handoff.yml")


def test_a_response_nobody_wrote_is_told(tmp_path: Path) -> None:
    path = rules_file(tmp_path, f"rules: [{{id: a, when: {{failed: true}}, do: offer, say: [utter_gone], {REASON}}}]")
    with pytest.raises(RulesError, match="utter_gone"):
        load_handoff_rules(path, known_responses=["utter_here"])
    assert load_handoff_rules(path, known_responses=["utter_gone"]).rules


def rule(rule_id: str, when: str, say: str = "") -> str:
    return f"- {{id: {rule_id}, when: {{{when}}}, do: offer, say: [{say}], {REASON}}}\n"


def test_every_fault_has_a_line_of_its_own(tmp_path: Path) -> None:
    path = rules_file(tmp_path, "rules:\n" + rule("a", "mood: 1") + rule("b", "mood_at_most: -2"))
    with pytest.raises(RulesError) as caught:
        load_handoff_rules(path)
    first, second = str(caught.value).splitlines()
    assert "rule 1 ('a')" in first
    assert "rule 2 ('b')" in second


def test_a_response_nobody_wrote_is_told_in_the_condition_too(tmp_path: Path) -> None:
    path = rules_file(tmp_path, "rules:\n" + rule("a", "response: utter_handing_ower"))
    with pytest.raises(RulesError, match="when: there is no response 'utter_handing_ower'; did you mean 'utter_handin"):
        load_handoff_rules(path, known_responses=["utter_handing_over"])


def test_an_intent_that_does_not_exist_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = rules_file(tmp_path, "rules:\n" + rule("a", "intent: request_humam") + rule("b", "intent: zzz"))
    with pytest.raises(RulesError) as caught:
        load_handoff_rules(path, known_intents=["greet", "request_human"])
    near, far = str(caught.value).splitlines()
    assert "rule 1 ('a'), when: there is no intent 'request_humam'; did you mean 'request_human'?" in near
    assert "domain.yml" in far
    assert load_handoff_rules(path, known_intents=["request_humam", "zzz"]).rules


@pytest.mark.parametrize(
    ("above", "below", "taken"),
    [
        ("mood_at_most: -0.4", "mood_at_most: -0.6", "every mood at most -0.4"),
        ("misunderstood_in_a_row: 2", "misunderstood_in_a_row: 3", "number 2 on"),
        ("intent: greet", "intent: greet", "the intent greet"),
        ("response: utter_a", "response: utter_a", "every answer with utter_a"),
        ("failed: true", "failed: true", "every failed answer"),
        ("words: {en: [on fire, sparks]}", "words: {en: [sparks]}", "every message with these words"),
    ],
)
def test_a_rule_below_one_that_takes_everything_can_never_fire(
    tmp_path: Path, above: str, below: str, taken: str
) -> None:
    path = rules_file(tmp_path, "rules:\n" + rule("annoyed", above) + rule("upset", below))
    with pytest.raises(RulesError) as caught:
        load_handoff_rules(path)
    assert "rule 'upset' can never fire: 'annoyed' above it already takes" in str(caught.value)
    assert taken in str(caught.value)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("mood_at_most: -0.6", "mood_at_most: -0.4"),
        ("misunderstood_in_a_row: 3", "misunderstood_in_a_row: 2"),
        ("intent: greet", "intent: thanks"),
        ("intent: utter_a", "response: utter_a"),
        ("words: {en: [sparks]}", "words: {en: [on fire, sparks]}"),
        ("words: {en: [sparks]}", "words: {en: [sparks], supposed_too: true}"),
        ("words: {en: [sparks], unless: {en: [joy]}}", "words: {en: [sparks]}"),
    ],
)
def test_the_narrower_rule_may_stand_first(tmp_path: Path, above: str, below: str) -> None:
    path = rules_file(tmp_path, "rules:\n" + rule("first", above) + rule("second", below))
    assert len(load_handoff_rules(path).rules) == 2


def test_a_response_that_needs_what_the_core_does_not_give_is_told(tmp_path: Path) -> None:
    arguments = {
        "notice_handed_over": {"place"},
        "utter_order_status": {"state", "order_number"},
        "notice_upset": set(),
    }
    path = rules_file(tmp_path, "rules:\n" + rule("a", "failed: true", "notice_upset, notice_handed_over"))
    assert load_handoff_rules(path, known_responses=arguments, arguments_of=arguments.__getitem__).rules
    path = rules_file(tmp_path, "rules:\n" + rule("a", "failed: true", "utter_order_status"))
    with pytest.raises(RulesError, match=r"say: 'utter_order_status' needs \{order_number\}, \{state\}"):
        load_handoff_rules(path, known_responses=arguments, arguments_of=arguments.__getitem__)
