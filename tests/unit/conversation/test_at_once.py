"""Words that call for a human: before the bot is asked, in the middle of anything, and once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.conversation.hand_to_agent import claim, close, return_to_bot
from bot.conversation.handle import drain
from bot.messages import Author, Owner, Utterance
from bot.ports import Parts
from bot.rules import HandoffRule, HandoffRules
from lang.told import Words, phrase
from tests.fakes import REASON, RULES, FakeBrain, FakeResponses, bot_turn
from tests.unit.conversation.talk import ANNA, asks, conversation, presses, replies_to, transcript, types

FIRE = Words((phrase("着火"), phrase("caught fire")))
AT_ONCE = HandoffRule("fire", "words", FIRE, "hand_over", REASON, ("notice_fire",), keep_reply=False)


@pytest.fixture
def parts(parts: Parts) -> Parts:
    return replace(parts, handoff_rules=HandoffRules((AT_ONCE, *RULES.rules)))


async def test_the_bot_is_not_asked_and_the_rule_is_kept(parts: Parts, brain: FakeBrain) -> None:
    replies = await asks(parts, "充电器着火了")
    assert [(reply.key, reply.author) for reply in replies] == [
        ("notice_fire", Author.SYSTEM),
        ("notice_handed_over", Author.SYSTEM),
    ]
    assert brain.asked == []
    now = await conversation(parts)
    assert now.owner is Owner.WAITING
    (handoff,) = await parts.store.handoffs(now.id)
    assert (handoff.rule, handoff.words) == ("fire", "着火")
    decision = (await parts.store.history(now.id))[0].decision
    assert decision is not None
    assert (decision["responder"], decision["handoff"]["rule"]) == ("at_once", "fire")


async def test_it_is_said_in_the_language_of_the_message(parts: Parts) -> None:
    replies = await asks(parts, "the charger caught fire last night")
    assert [reply.text.split()[0] for reply in replies] == ["English", "English"]
    assert (await conversation(parts)).language == "en"


async def test_who_waits_already_reads_it_once_and_keeps_the_place(parts: Parts, brain: FakeBrain) -> None:
    brain.script["转人工"] = bot_turn("utter_ok", intent="request_human")
    await asks(parts, "转人工")
    since = (await conversation(parts)).waiting_since
    assert [reply.key for reply in await asks(parts, "它着火了")] == ["notice_fire", "notice_still_waiting"]
    assert await asks(parts, "真的着火了!") == []
    now = await conversation(parts)
    assert (now.owner, now.waiting_since) == (Owner.WAITING, since)
    assert [handoff.rule for handoff in await parts.store.handoffs(now.id)] == ["asks_for_human", "fire"]


async def test_an_agent_who_has_it_is_not_talked_over(parts: Parts) -> None:
    await asks(parts, "你好")
    await claim(parts, (await conversation(parts)).id, ANNA)
    assert await asks(parts, "着火了") == []
    assert (await conversation(parts)).owner is Owner.AGENT


async def test_a_button_never_fires_it(parts: Parts, brain: FakeBrain) -> None:
    parts.responses.buttons["notice_handed_over"] = ("/back_to_bot",)  # type: ignore[attr-defined]
    *_, last = await asks(parts, "着火了")
    message = await presses(parts, last)
    await drain(parts, message.conversation_id)
    assert [reply.key for reply in await replies_to(parts, message)] == ["notice_back_to_bot"]
    # Back with the bot it may happen again.
    assert [reply.key for reply in await asks(parts, "又着火了")] == ["notice_fire", "notice_handed_over"]


async def test_a_closed_conversation_reopens_with_it(parts: Parts) -> None:
    await asks(parts, "你好")
    message = await types(parts, "着火了")
    await close(parts, message.conversation_id, ANNA)
    await drain(parts, message.conversation_id)
    assert [reply.key for reply in await replies_to(parts, message)] == ["notice_fire", "notice_handed_over"]


async def test_an_agent_who_was_faster_gets_the_message_alone(parts: Parts) -> None:
    await asks(parts, "你好")
    message = await types(parts, "着火了")
    await claim(parts, message.conversation_id, ANNA)
    await drain(parts, message.conversation_id)
    await return_to_bot(parts, message.conversation_id, ANNA)
    assert "system: notice_fire" not in await transcript(parts)


async def test_a_slip_in_the_rule_does_not_stop_it(parts: Parts) -> None:
    class Strict(FakeResponses):
        def render(self, key: str, arguments: Mapping[str, Any] | None = None) -> Utterance:
            if key == "notice_fire":
                raise KeyError(key)
            return super().render(key, arguments)

    replies = await asks(replace(parts, responses=Strict()), "着火了")
    assert [reply.key for reply in replies] == ["notice_handed_over"]


async def test_words_that_keep_the_bots_reply_are_read_after_it(parts: Parts, brain: FakeBrain) -> None:
    kept = replace(AT_ONCE, keep_reply=True)
    parts = replace(parts, handoff_rules=HandoffRules((kept, *RULES.rules)))
    assert [reply.key for reply in await asks(parts, "着火了")] == ["utter_echo", "notice_fire", "notice_handed_over"]
    assert len(brain.asked) == 1
