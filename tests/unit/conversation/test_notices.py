"""The core's own sentences and the rules' exist in the shop's catalogue, with just the arguments they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation.notices import ARGUMENTS
from bot.responses import ResponseCatalogue
from bot.rules import HANDOFF_FILE, load_handoff_rules

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def catalogue() -> ResponseCatalogue:
    return ResponseCatalogue.load(ROOT / "data" / "responses")


@pytest.mark.parametrize("key", sorted(ARGUMENTS))
def test_every_notice_can_be_said(catalogue: ResponseCatalogue, key: str) -> None:
    utterance = catalogue.render(key, dict.fromkeys(ARGUMENTS[key], "1"))
    assert all(utterance.texts[language] for language in ("zh", "en"))
    assert catalogue.placeholders(key) <= ARGUMENTS[key]


def test_the_rules_say_what_exists_and_offer_themselves(catalogue: ResponseCatalogue) -> None:
    rules = load_handoff_rules(ROOT / HANDOFF_FILE, known_responses=catalogue.keys())
    for rule in rules.rules:
        if rule.do == "offer":
            payloads = [button.payload for key in rule.say for button in catalogue.render(key).buttons]
            assert f'/request_human{{"handoff_rule": "{rule.id}"}}' in payloads
