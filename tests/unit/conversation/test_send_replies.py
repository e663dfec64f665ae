"""The outbox: in order, each fate written down, and what a crash left in doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.handle import drain
from bot.conversation.send_replies import send, unfinished
from bot.messages import Conversation, Delivery, StoredMessage
from bot.ports import ChannelError, Parts
from tests.fakes import FakeBrain, FakeChannel, bot_turn
from tests.unit.conversation.talk import asks, conversation, types


async def deliveries(parts: Parts) -> list[Delivery | None]:
    return [message.delivery for message in await parts.store.history((await conversation(parts)).id, after=1)]


async def test_a_refused_message_is_not_tried_again(parts: Parts, channel: FakeChannel) -> None:
    channel.failures = [ChannelError("window closed")]
    await asks(parts, "你好")
    assert await deliveries(parts) == [Delivery.FAILED]
    assert await unfinished(parts) == []


async def test_a_resendable_message_waits_for_better_times_in_order(
    parts: Parts, brain: FakeBrain, channel: FakeChannel
) -> None:
    brain.script["你好"] = bot_turn("utter_one", "utter_two")
    channel.failures = [OSError("no route")]
    with pytest.raises(OSError, match="no route"):
        await asks(parts, "你好")
    here = (await conversation(parts)).id
    assert await unfinished(parts) == [here]
    await drain(parts, here)
    assert [message.key for message in channel.sent] == ["utter_one", "utter_two"]
    assert await deliveries(parts) == [Delivery.SENT, Delivery.SENT]


async def test_what_was_sent_before_the_failure_is_not_sent_again(
    parts: Parts, brain: FakeBrain, channel: FakeChannel
) -> None:
    class SecondFails(FakeChannel):
        async def send(self, conversation: Conversation, message: StoredMessage) -> None:
            if self.sent:
                raise OSError("no route")
            self.sent.append(message)

    brain.script["你好"] = bot_turn("utter_one", "utter_two")
    with pytest.raises(OSError, match="no route"):
        await asks(replace(parts, channels={"web": SecondFails()}), "你好")
    assert await deliveries(parts) == [Delivery.SENT, Delivery.PENDING]
    await drain(parts, (await conversation(parts)).id)
    assert [message.key for message in channel.sent] == ["utter_two"]


async def test_where_sending_twice_does_harm_doubt_is_shown(parts: Parts, channel: FakeChannel) -> None:
    channel.resendable = False
    channel.failures = [OSError("connection lost")]
    await asks(parts, "你好")
    assert await deliveries(parts) == [Delivery.PERHAPS]
    assert channel.sent == []


@pytest.mark.parametrize(
    ("resendable", "meanwhile", "fate", "sent"),
    [(True, Delivery.PENDING, Delivery.SENT, 1), (False, Delivery.SENDING, Delivery.PERHAPS, 0)],
)
async def test_a_crash_in_the_middle_of_a_send(
    parts: Parts, channel: FakeChannel, resendable: bool, meanwhile: Delivery, fate: Delivery, sent: int
) -> None:
    class Crash(BaseException):
        pass

    class Crashing(FakeChannel):
        async def send(self, *_: object) -> None:
            raise Crash

    channel.resendable = resendable
    with pytest.raises(Crash):
        await asks(replace(parts, channels={"web": Crashing(resendable=resendable)}), "你好")
    assert await deliveries(parts) == [meanwhile]
    assert await send(parts, await parts.store.work((await conversation(parts)).id))
    assert await deliveries(parts) == [fate]
    assert len(channel.sent) == sent


async def test_unfinished_names_unhandled_and_unsent_once(parts: Parts, channel: FakeChannel) -> None:
    channel.failures = [OSError("no route")]
    with pytest.raises(OSError, match="no route"):
        await asks(parts, "你好")
    await types(parts, "还在吗")
    assert await unfinished(parts) == [(await conversation(parts)).id]


async def test_another_channels_customers_are_left_to_their_own_process(parts: Parts) -> None:
    await types(parts, "你好")
    terminal = replace(parts, channels={"terminal": FakeChannel("terminal")})
    assert await unfinished(terminal) == []
    await drain(terminal, (await conversation(parts)).id)
    assert await deliveries(parts) == [Delivery.PENDING]
    assert await unfinished(parts) == [(await conversation(parts)).id]
