"""What was collected goes along at a hand-over, whatever led to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.conversation.collected import collected
from bot.messages import Owner
from bot.ports import Parts
from bot.rules import HandoffRule, HandoffRules
from lang.told import Words, phrase
from tests.fakes import REASON, RULES, FakeBrain, bot_turn
from tests.unit.conversation.talk import asks, conversation

FIRE = HandoffRule("fire", "words", Words((phrase("着火"),)), "hand_over", REASON, ("notice_fire",), keep_reply=False)
REASON_GIVEN = [{"label": {"key": "word_label_return_reason"}, "value": {"key": "word_return_reason_faulty"}}]
ASKED = {"service": "return_item", "order_number": "SO1", "details": {}, "collected": REASON_GIVEN}


@pytest.fixture
def parts(parts: Parts) -> Parts:
    return replace(parts, handoff_rules=HandoffRules((FIRE, *RULES.rules)))


def decision(**facts: Any) -> dict[str, Any]:
    return {"facts": facts}


def test_the_latest_answers_of_each_service() -> None:
    later = {**ASKED, "collected": [*REASON_GIVEN, {"label": "a", "value": "b"}]}
    found = collected([decision(**ASKED), decision(service="track_order"), decision(**later), decision(article="x")])
    assert [(wish["service"], len(wish["answers"]), wish["state"]) for wish in found] == [
        ("track_order", 0, "unfinished"),
        ("return_item", 2, "unfinished"),
    ]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"refused": "late"}, "refused"),
        ({"reference": "RQ1"}, "done"),
        ({"reference": "RQ1", "told": True}, "done"),
        ({"told": True}, "told"),
        ({}, "unfinished"),
    ],
)
def test_how_far_it_came(facts: dict[str, str], state: str) -> None:
    (wish,) = collected([decision(**ASKED, **facts)])
    assert wish == {"service": "return_item", "order_number": "SO1", "answers": REASON_GIVEN, "state": state}


def test_asking_for_the_digits_again_loses_no_answer() -> None:
    (wish,) = collected([decision(**ASKED), decision(service="return_item")])
    assert (wish["order_number"], wish["answers"]) == ("SO1", REASON_GIVEN)


def test_a_wish_that_begins_anew_begins_empty() -> None:
    (wish,) = collected([decision(**ASKED, refused="late"), decision(service="return_item")])
    assert (wish["answers"], wish["state"]) == ([], "unfinished")


@pytest.mark.parametrize("words", ["转人工", "充电器着火了"])
async def test_it_is_kept_with_the_hand_over(parts: Parts, brain: FakeBrain, words: str) -> None:
    brain.script["退货"] = bot_turn("utter_ask_return_way", facts=ASKED)
    brain.script["转人工"] = bot_turn("utter_ok", intent="request_human")
    await asks(parts, "退货")
    await asks(parts, words)
    overview = await parts.store.overview((await conversation(parts)).id)
    (wish,) = overview.collected
    assert (wish["service"], wish["order_number"], wish["answers"]) == ("return_item", "SO1", REASON_GIVEN)


async def test_a_yes_names_the_rule_of_the_offer(parts: Parts, brain: FakeBrain) -> None:
    rules = HandoffRules(
        (
            HandoffRule("accepts_human", "response", "utter_handing_over", "hand_over", REASON, keep_reply=False),
            HandoffRule("request_not_done", "response", "utter_given_up", "hand_over", REASON),
        )
    )
    accepted = '/request_human{"handoff_rule": "request_not_done"}'
    brain.script["好的"] = bot_turn("utter_handing_over", intent="affirm", facts={"accepted": accepted})
    await asks(replace(parts, handoff_rules=rules), "好的")
    (handoff,) = await parts.store.handoffs((await conversation(parts)).id)
    assert handoff.rule == "request_not_done"


async def test_what_belongs_to_an_earlier_episode_stays_there(parts: Parts, brain: FakeBrain) -> None:
    brain.script["退货"] = bot_turn("utter_ask_return_way", facts=ASKED)
    await asks(parts, "退货")
    now = await conversation(parts)
    await parts.store.change_owner(now.id, expected_version=now.version, owner=Owner.CLOSED)
    await asks(parts, "又着火了")
    assert (await parts.store.overview(now.id)).collected == ()
