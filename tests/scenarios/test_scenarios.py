"""Plays every scenario: key, arguments, effect, owner, reason and language of each reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from actions.records.database import Database
from bot.messages import StoredMessage
from bot.ports import Parts
from tests.scenarios.scenario import Line, Reply, Scenario, read_all
from tests.scenarios.shop import Answered, CustomerAtShop

SCENARIOS = read_all()
MOST_BUBBLES = 3
"""Of one answer, notices counted: nobody reads more."""


@pytest.mark.parametrize("where", SCENARIOS)
async def test_scenario(where: str, parts: Parts, database: Database, shop_system: Database) -> None:
    await plays(SCENARIOS[where], CustomerAtShop(parts, database, SCENARIOS[where], shop_system))


def test_both_languages_play_the_same_scenarios() -> None:
    played = {language: set[str]() for language in ("zh", "en")}
    for where, scenario in SCENARIOS.items():
        played[scenario.language].add(f"{where.split('.')[0]}: {scenario.name}")
    assert played["zh"] == played["en"]


async def plays(scenario: Scenario, customer: CustomerAtShop) -> None:
    """From the first line to the last."""
    await customer.arrive()
    for line in scenario.turns:
        answered = await customer.write(line)
        _check(scenario, line, answered)
        await customer.reads(line, answered)
    for number, state in scenario.leaves.items():
        assert await customer.state_of(number) == state


def test_no_answer_has_more_than_three_bubbles() -> None:
    """In the transcripts as they are written; the shop that plays them is held to it in ``_check``."""
    long = [
        f"{where}: {line.say or line.press!r}"
        for where, scenario in SCENARIOS.items()
        for line in scenario.turns
        if len(line.expect) > MOST_BUBBLES
    ]
    assert long == []


def _check(scenario: Scenario, line: Line, answered: Answered) -> None:
    decision = (answered.message and answered.message.decision) or {}
    told = _told(line, answered, decision)
    assert len(answered.replies) <= MOST_BUBBLES, told
    assert len(answered.replies) == len(line.expect), told
    for expected, reply in zip(line.expect, answered.replies, strict=True):
        _check_reply(expected, reply, told)
        assert reply.language == (line.language or scenario.language), told
    # Numbers of requests and complaints hold the day, and are as good as any other: CP, RQ, PR.
    effects = tuple(re.sub(r"(CP|RQ|PR)\d+", r"\1", effect) for effect in decision.get("effects", ()))
    assert effects == line.effect, told
    facts = decision.get("facts") or {}
    assert {name: facts.get(name) for name in line.facts} == line.facts, told
    assert answered.conversation.owner.value == line.owner, told
    assert (decision.get("handoff") or {}).get("rule") == line.reason, told


def _check_reply(expected: Reply, reply: StoredMessage, told: str) -> None:
    assert reply.key in expected.key.split(" or "), told
    for name, value in expected.arguments.items():
        assert reply.arguments.get(name) == value, told
    assert expected.text in reply.text, told
    labels = {button.labels[reply.language] for button in reply.buttons}
    assert set(expected.buttons) <= labels, told
    if expected.article is not None:
        assert reply.card is not None, told
        assert reply.card.data.get("slug") == expected.article, told


def _told(line: Line, answered: Answered, decision: Mapping[str, Any]) -> str:
    """The whole turn, for whoever reads a failure."""
    replies = "\n".join(f"    {reply.key}: {reply.text!r} {_slug(reply)}" for reply in answered.replies)
    understood = {name: decision.get(name) for name in ("intent", "confidence", "mood", "language", "facts", "effects")}
    did = line.say or line.press or line.photo or f"{line.wait} minutes later"
    return f"\n  {did!r}\n  understood: {understood}\n{replies}\n  owner: {answered.conversation.owner}"


def _slug(reply: StoredMessage) -> str:
    return str(reply.card.data.get("slug", "")) if reply.card else ""
