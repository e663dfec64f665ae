"""actions/next_steps.yml: questions and steps that exist, each with a label in both languages."""

from __future__ import annotations

from pathlib import Path

from actions.next_steps import next_steps, table
from actions.speak import HUMAN
from bot.responses import ResponseCatalogue
from lang.yaml_files import load_yaml

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def test_every_question_and_step_is_an_intent_with_a_label() -> None:
    intents = set(load_yaml((ROOT / "domain.yml").read_text("utf-8"))["intents"])
    catalogue = ResponseCatalogue.load(ROOT / "data" / "responses")
    for intent, step in table().items():
        assert {intent, step} <= intents
        assert intent != step
        assert all(offer["response"] in catalogue for offer in next_steps(intent))


def test_questions_that_lead_nowhere_in_particular() -> None:
    assert next_steps("greet") == []
    assert next_steps("payment_problem") == [HUMAN]
