"""Sending over a platform with a quota: what is counted, what waits, and what a crash or a refusal leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channel_rules import ChannelRule, WindowRule
from bot.conversation.accept import accept
from bot.conversation.hand_to_agent import claim, say
from bot.conversation.handle import drain
from bot.messages import Conversation, Delivery, Incoming, StoredMessage
from bot.ports import ChannelBusy, ChannelError, Parts
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.fakes import FakeBrain, FakeChannel, bot_turn, fake_parts
from tests.unit.conversation.talk import ANNA

RULE = ChannelRule("wechat", (WindowRule("message", timedelta(hours=48), 5, 2),), text_limit=200)


@dataclass
class Platform:
    """One customer on a platform, with everything that was sent to them."""

    parts: Parts
    channel: FakeChannel
    brain: FakeBrain
    written: int = 0

    async def writes(self, text: str = "你好") -> None:
        self.written += 1
        incoming = Incoming("wechat", "open-id", f"id-{self.written}", text, window="message")
        accepted = await accept(self.parts, incoming)
        await self.drain(accepted.message.conversation_id)

    async def drain(self, conversation_id: str) -> None:
        await drain(self.parts, conversation_id)

    async def conversation(self) -> Conversation:
        return await self.parts.store.open_conversation("wechat", "open-id", language="zh")

    async def fates(self) -> list[tuple[Delivery | None, str | None]]:
        messages = await self.parts.store.history((await self.conversation()).id)
        return [(each.delivery, each.delivery_reason) for each in messages if each.delivery is not None]

    async def spent(self) -> int:
        (window,) = await self.parts.store.reply_windows((await self.conversation()).id)
        return window.spent

    def sent(self) -> list[str]:
        return [message.text for message in self.channel.sent]


@pytest.fixture
async def platform(store: SqlAlchemyStore) -> Platform:
    return make(store, RULE)


def make(store: SqlAlchemyStore, rule: ChannelRule, **channel: Any) -> Platform:
    fake, brain = FakeChannel("wechat", **{"resendable": False, **channel}), FakeBrain()
    parts = fake_parts(store, brain=brain, channels={"wechat": fake}, channel_rules={"wechat": rule})
    return Platform(parts, fake, brain)


def chatty(count: int) -> Any:
    return bot_turn(*(f"utter_{number}" for number in range(1, count + 1)))


async def test_a_chatty_bot_leaves_the_agents_share_and_the_rest_waits(platform: Platform) -> None:
    platform.brain.script["你好"] = chatty(6)
    await platform.writes()
    assert len(platform.sent()) == 3
    assert await platform.spent() == 3
    assert await platform.fates() == [(Delivery.SENT, None)] * 3 + [(Delivery.DELAYED, "kept_for_agent")] * 3

    here = await platform.conversation()
    await claim(platform.parts, here.id, ANNA)
    for number in range(3):
        await say(platform.parts, here.id, ANNA, f"我来处理 {number}", f"c{number}")
    await platform.drain(here.id)
    assert platform.sent()[3:] == ["我来处理 0", "我来处理 1"]
    # The notice that Anna has joined waits with the bot's words; of hers the sixth message waits.
    assert (await platform.fates())[-4:] == [
        (Delivery.DELAYED, "kept_for_agent"),
        (Delivery.SENT, None),
        (Delivery.SENT, None),
        (Delivery.DELAYED, "quota_spent"),
    ]


async def test_the_next_message_brings_what_waited_first(platform: Platform) -> None:
    platform.brain.script["你好"] = chatty(5)
    await platform.writes()
    await platform.writes("继续")
    texts = platform.sent()
    assert [text.split()[1] for text in texts] == ["utter_1", "utter_2", "utter_3", "utter_4", "utter_5", "utter_echo"]
    assert await platform.spent() == 3


async def test_at_the_edge_the_customer_is_told(store: SqlAlchemyStore) -> None:
    rule = replace(RULE, edge_say="notice_more_elsewhere", link="https://shop.example")
    platform = make(store, rule)
    platform.brain.script["你好"] = chatty(5)
    await platform.writes()
    assert len(platform.sent()) == 3
    assert platform.sent()[-1].endswith("notice_more_elsewhere link=https://shop.example")
    history = await platform.parts.store.history((await platform.conversation()).id)
    assert (history[-1].key, history[-1].delivery) == ("notice_more_elsewhere", Delivery.SENT)
    assert [each.delivery for each in history[4:6]] == [Delivery.DELAYED] * 2


async def test_bubbles_that_were_merged_share_their_fate(store: SqlAlchemyStore) -> None:
    platform = make(store, replace(RULE, merge_bubbles=4))
    platform.brain.script["你好"] = chatty(4)
    await platform.writes()
    assert len(platform.sent()) == 1
    assert await platform.spent() == 1
    assert await platform.fates() == [(Delivery.SENT, None)] * 4


@pytest.mark.parametrize(
    ("error", "fate", "spent"),
    [
        (ChannelError("45015", "window_closed"), (Delivery.DELAYED, "window_closed"), 1),
        (ChannelError("45047", "quota_spent"), (Delivery.DELAYED, "quota_spent"), 6),
        (ChannelError("no such user", "blocked"), (Delivery.FAILED, "blocked"), 1),
        (OSError("connection lost"), (Delivery.PERHAPS, "interrupted"), 1),
    ],
)
async def test_what_the_platform_refuses_is_shown_with_its_reason(
    platform: Platform, error: Exception, fate: tuple[Delivery, str], spent: int
) -> None:
    platform.channel.failures = [error]
    await platform.writes()
    assert await platform.fates() == [fate]
    assert await platform.spent() == spent


async def test_after_a_refusal_of_the_quota_nothing_more_is_tried(platform: Platform) -> None:
    platform.brain.script["你好"] = chatty(3)
    platform.channel.failures = [ChannelError("45047", "quota_spent")]
    await platform.writes()
    assert platform.sent() == []
    assert await platform.fates() == [(Delivery.DELAYED, "quota_spent")] * 3
    await platform.writes("在吗")
    assert len(platform.sent()) == 3  # the reserve is kept all the same


async def test_a_busy_platform_is_asked_again_and_nothing_is_spent_twice(platform: Platform) -> None:
    platform.channel.failures = [ChannelBusy("613")]
    with pytest.raises(ChannelBusy):
        await platform.writes()
    assert await platform.fates() == [(Delivery.PENDING, None)]
    assert await platform.spent() == 0
    await platform.drain((await platform.conversation()).id)
    assert await platform.fates() == [(Delivery.SENT, None)]
    assert await platform.spent() == 1


class Crash(BaseException):
    pass


class Crashing(FakeChannel):
    async def send(self, *_: object, **__: object) -> None:
        raise Crash


@pytest.mark.parametrize(
    ("resendable", "fate", "sent"),
    [(True, (Delivery.SENT, None), 1), (False, (Delivery.PERHAPS, "interrupted"), 0)],
)
async def test_a_crash_in_the_middle_of_a_send(
    store: SqlAlchemyStore, resendable: bool, fate: tuple[Delivery, str | None], sent: int
) -> None:
    platform = make(store, RULE, resendable=resendable)
    parts = platform.parts
    platform.parts = replace(parts, channels={"wechat": Crashing("wechat", resendable)})
    with pytest.raises(Crash):
        await platform.writes()
    assert await platform.fates() == [(Delivery.SENDING, None)]
    platform.parts = parts
    await platform.drain((await platform.conversation()).id)
    assert await platform.fates() == [fate]
    assert (len(platform.sent()), await platform.spent()) == (sent, 1)


async def test_pieces_cut_short_are_in_doubt(store: SqlAlchemyStore) -> None:
    class SecondLost(FakeChannel):
        async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
            if self.sent:
                raise ChannelBusy("613")
            self.sent.append(message)

    platform = make(store, replace(RULE, text_limit=100))
    long = SecondLost("wechat", False)
    platform.parts = replace(platform.parts, channels={"wechat": long})
    await platform.writes("很" * 120)
    assert await platform.fates() == [(Delivery.PERHAPS, "interrupted")]
    assert len(long.sent) == 1


async def test_the_terminal_knows_no_policy(store: SqlAlchemyStore) -> None:
    platform = make(store, RULE)
    platform.parts = replace(platform.parts, channel_rules={})
    platform.brain.script["你好"] = chatty(6)
    await platform.writes()
    assert len(platform.sent()) == 6
