"""What agents may do, and what customers are told of it."""

from __future__ import annotations

import pytest

from bot.conversation.accept import EmptyMessage, accept
from bot.conversation.hand_to_agent import claim, close, return_to_bot, say, transfer
from bot.conversation.handle import drain
from bot.messages import Conversation, Owner
from bot.ports import Parts, StaleConversation
from tests.fakes import FakeBrain, FakeChannel, FakeNotifier, bot_turn, incoming
from tests.unit.conversation.talk import ANNA, BEN, BOSS, asks, conversation, replies_to, transcript


@pytest.fixture
async def waiting(parts: Parts, brain: FakeBrain) -> Conversation:
    brain.script["转人工"] = bot_turn(intent="request_human")
    await asks(parts, "转人工")
    return await conversation(parts)


async def test_from_the_queue_to_the_agent_and_back(parts: Parts, waiting: Conversation, channel: FakeChannel) -> None:
    claimed = await claim(parts, waiting.id, ANNA, expected_version=waiting.version)
    assert (claimed.owner, claimed.agent) == (Owner.AGENT, "anna")
    await say(parts, waiting.id, ANNA, "您好，我来帮您", client_id="1")
    returned = await return_to_bot(parts, waiting.id, ANNA)
    assert (returned.owner, returned.agent, returned.fresh) == (Owner.BOT, None, True)
    await drain(parts, waiting.id)
    expected = [
        "customer: 转人工",
        "system: notice_handed_over",
        "system: notice_agent_joined",
        "agent: 您好，我来帮您",
        "system: notice_back_to_bot",
    ]
    assert await transcript(parts) == expected
    assert [message.seq for message in channel.sent] == [2, 3, 4, 5]
    assert channel.sent[1].arguments == {"agent": "安娜 Anna"}
    assert channel.sent[1].texts["en"].startswith("English")


async def test_an_agent_may_take_over_from_the_bot(parts: Parts) -> None:
    await asks(parts, "你好")
    assert (await claim(parts, (await conversation(parts)).id, ANNA)).agent == "anna"


async def test_claiming_ones_own_again_changes_nothing(parts: Parts, waiting: Conversation) -> None:
    first = await claim(parts, waiting.id, ANNA)
    assert await claim(parts, waiting.id, ANNA, expected_version=waiting.version) == first
    assert (await transcript(parts)).count("system: notice_agent_joined") == 1


async def test_somebody_else_was_faster(parts: Parts, waiting: Conversation) -> None:
    await claim(parts, waiting.id, ANNA)
    with pytest.raises(StaleConversation):
        await claim(parts, waiting.id, BEN)
    for refused in (return_to_bot(parts, waiting.id, BEN), close(parts, waiting.id, BEN)):
        with pytest.raises(StaleConversation):
            await refused
    with pytest.raises(StaleConversation):
        await say(parts, waiting.id, BEN, "我来", client_id="1")
    with pytest.raises(StaleConversation):
        await transfer(parts, waiting.id, BEN, BOSS)
    assert (await conversation(parts)).agent == "anna"


async def test_what_the_agent_saw_must_still_hold(parts: Parts, waiting: Conversation) -> None:
    with pytest.raises(StaleConversation):
        await claim(parts, waiting.id, ANNA, expected_version=waiting.version - 1)


async def test_a_closed_conversation_cannot_be_claimed(parts: Parts, waiting: Conversation) -> None:
    await close(parts, waiting.id, ANNA)
    with pytest.raises(StaleConversation):
        await claim(parts, waiting.id, ANNA)
    closed = await conversation(parts)
    assert await close(parts, waiting.id, BEN) == closed


async def test_a_transfer_names_the_new_agent(parts: Parts, waiting: Conversation) -> None:
    await claim(parts, waiting.id, ANNA)
    assert (await transfer(parts, waiting.id, ANNA, BEN)).agent == "ben"
    with pytest.raises(StaleConversation):
        await say(parts, waiting.id, ANNA, "还有", client_id="1")
    await say(parts, waiting.id, BEN, "Hello", client_id="1")
    joined = [message for message in await parts.store.history(waiting.id) if message.key == "notice_agent_joined"]
    assert [message.arguments["agent"] for message in joined] == ["安娜 Anna", "Ben"]


async def test_a_supervisor_may_step_in(parts: Parts, waiting: Conversation) -> None:
    await claim(parts, waiting.id, ANNA)
    assert (await transfer(parts, waiting.id, BOSS, BEN)).agent == "ben"
    assert (await return_to_bot(parts, waiting.id, BOSS)).owner is Owner.BOT


async def test_an_agents_click_sent_twice_is_said_once(parts: Parts, waiting: Conversation) -> None:
    await claim(parts, waiting.id, ANNA)
    first = await say(parts, waiting.id, ANNA, "您好", client_id="1")
    assert await say(parts, waiting.id, ANNA, "您好", client_id="1") == first
    assert (await transcript(parts)).count("agent: 您好") == 1


async def test_an_empty_message_is_refused(parts: Parts, waiting: Conversation) -> None:
    await claim(parts, waiting.id, ANNA)
    with pytest.raises(EmptyMessage):
        await say(parts, waiting.id, ANNA, " \x00", client_id="1")


async def test_those_behind_learn_that_they_moved_up(parts: Parts, waiting: Conversation, brain: FakeBrain) -> None:
    brain.script["人工"] = bot_turn(intent="request_human")
    behind = (await accept(parts, incoming("behind", "1", "人工"))).message
    await drain(parts, behind.conversation_id)
    (told,) = await replies_to(parts, behind)
    assert told.arguments == {"place": 2}
    assert isinstance(parts.notifier, FakeNotifier)
    parts.notifier.published.clear()
    await claim(parts, waiting.id, ANNA)
    assert (behind.conversation_id, {"type": "owner"}) in parts.notifier.published
    assert await parts.store.place_in_queue(behind.conversation_id) == 1
