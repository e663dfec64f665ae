"""Rules, actions and responses fit together: what one names, another has."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.forms.progress import FORM_SLOTS
from actions.limits import ORDER_STATES
from bot.responses import ResponseCatalogue
from bot.rules_channels import load_channel_rules

ROOT = Path(__file__).resolve().parent.parent.parent.parent
CONVERSATION = {
    *("greet", "goodbye", "thanks", "affirm", "deny", "stop", "bot_challenge", "ask_capabilities", "smalltalk"),
    *("repeat", "switch_language", "insult", "praise", "inform", "missing_order_number", "request_human"),
}
KEY = re.compile(r"(utter|notice|button|word)_[a-z0-9_]*[a-z0-9]")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def domain() -> Any:
    return read(ROOT / "domain.yml")


@pytest.fixture(scope="module")
def catalogue() -> ResponseCatalogue:
    return ResponseCatalogue.load(ROOT / "data" / "responses")


def rules() -> list[Any]:
    return [rule for file in sorted((ROOT / "data" / "stories").glob("*.yml")) for rule in read(file)["rules"]]


def test_every_trained_intent_is_declared(domain: Any) -> None:
    noted = ROOT / "data" / "nlu"
    trained = {block["intent"] for file in noted.glob("*.yml") for block in read(file)["nlu"] if "intent" in block}
    assert trained == set(domain["intents"])


def test_every_intent_has_exactly_one_rule(domain: Any) -> None:
    counted = Counter(step["intent"] for rule in rules() for step in rule["steps"] if "intent" in step)
    assert set(counted) == {*domain["intents"], "nlu_fallback"}
    assert set(counted.values()) == {1}


def test_every_action_of_a_rule_exists(domain: Any, catalogue: ResponseCatalogue) -> None:
    named = {step["action"] for rule in rules() for step in rule["steps"] if "action" in step}
    assert named <= {*domain["actions"], *domain["forms"], *catalogue.keys()}


def test_no_form_takes_free_text(domain: Any) -> None:
    types = {mapping["type"] for slot in domain["slots"].values() for mapping in slot["mappings"]}
    assert "from_text" not in types


def test_verification_is_no_slot(domain: Any) -> None:
    assert set(domain["slots"]) == {"language", *FORM_SLOTS, "identity_code", "recent_order"}


def test_every_key_in_an_action_exists(catalogue: ResponseCatalogue) -> None:
    missing = set()
    for file in (ROOT / "actions").glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
                missing |= {node.value} - catalogue.keys() - {"word_courier", "word_payment"}
    assert missing == set()


def test_every_topic_has_a_label_and_every_state_a_word(domain: Any, catalogue: ResponseCatalogue) -> None:
    labels = {f"button_topic_{intent}" for intent in domain["intents"] if intent not in CONVERSATION}
    states = {f"word_state_{state}" for state in ORDER_STATES}
    sentences = {f"utter_order_{state}" for state in ORDER_STATES}
    refunds = {f"word_refund_{state}" for state in ("requested", "approved", "paid_out", "refused")}
    assert labels | states | sentences | refunds <= catalogue.keys()


def test_every_button_leads_to_a_declared_intent(domain: Any, catalogue: ResponseCatalogue) -> None:
    payloads = {
        button["payload"]
        for file in (ROOT / "data" / "responses").glob("*.yml")
        for variants in read(file)["responses"].values()
        for variant in variants
        for button in variant.get("buttons", ())
    }
    intents = {re.split(r"[/{]", payload)[1] for payload in payloads}
    of_the_core = {"back_to_bot", "join_yes", "join_no", "unlink"}
    assert intents <= {*domain["intents"], *of_the_core}


def test_both_languages_are_their_own(catalogue: ResponseCatalogue) -> None:
    """An English text with Chinese characters, or a Chinese one without any, was forgotten in translation."""
    han = re.compile(r"[\u4e00-\u9fff]")
    neutral = {"utter_again", "utter_article_answer", "button_article", "button_as_before"}
    neutral |= {"word_order_line", "button_order", "word_as_it_is", "word_pieces"}
    neutral |= {"word_card_step_done", "word_card_step_ahead", "word_transcript_entry"}
    for file in (ROOT / "data" / "responses").glob("*.yml"):
        for key, variants in read(file)["responses"].items():
            texts = {variant["condition"][0]["value"]: variant["text"] for variant in variants}
            assert not han.search(texts["en"]), key
            assert han.search(texts["zh"]) or key in neutral, key


def test_button_labels_fit_every_channel(catalogue: ResponseCatalogue) -> None:
    """Messenger, WeChat and WeCom cut a label after 20 characters; one that is filled in is cut at its end."""
    most = min(rule.button_characters or 99 for rule in load_channel_rules(ROOT / "rules" / "channels.yml").values())
    labels: list[str] = []
    for key in sorted(catalogue.keys()):
        if key.startswith("button_") and not catalogue.placeholders(key):
            labels += catalogue.labels(key).values()
    for file in (ROOT / "data" / "responses").glob("*.yml"):
        for variants in read(file)["responses"].values():
            labels += [button["title"] for variant in variants for button in variant.get("buttons", ())]
    assert [label for label in labels if len(label) > most and "{" not in label] == []


def test_no_sentence_offers_more_buttons_than_a_channel_shows() -> None:
    most = min(rule.buttons or 99 for rule in load_channel_rules(ROOT / "rules" / "channels.yml").values())
    for file in (ROOT / "data" / "responses").glob("*.yml"):
        for key, variants in read(file)["responses"].items():
            assert all(len(variant.get("buttons", ())) <= most for variant in variants), key
