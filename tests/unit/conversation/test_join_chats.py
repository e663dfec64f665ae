"""One customer on two channels, as a transcript: the wish, the proof, the yes, one chat, and two again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actions.records.database import Database
from bot.conversation import join_desk
from bot.conversation.accept import accept
from bot.conversation.hand_to_agent import claim, say
from bot.conversation.handle import drain
from bot.joining import Joining
from bot.messages import Author, Conversation, Delivery, Incoming, Owner, StoredMessage
from bot.ports import Parts
from bot.rules_joining import load_join_rules
from bot.stores.join_store import JoinStore
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeBrain, FakeChannel, FakeQueue, FakeResponses, bot_turn, fake_parts, utterance
from tests.unit.conversation.talk import ANNA, BEN

BUTTONS = {"notice_join_confirm": ("/join_yes", "/join_no"), "notice_joined_elsewhere": ("/unlink",)}


class Shop:
    """A customer with two phones in hand; every message is handled before the next one."""

    def __init__(self, parts: Parts, log: list[str]) -> None:
        self.parts, self.log, self.count = parts, log, 0

    async def says(self, channel: str, text: str, payload: str | None = None) -> str:
        """What was said because of it, there and elsewhere: ``channel: key``, joined by commas."""
        self.count += 1
        before = len(self.log)
        incoming = Incoming(channel, f"{channel}-one", f"{self.count}", text, payload)
        await accept(self.parts, incoming)
        await self.settle()
        return ", ".join(self.log[before:])

    async def presses(self, channel: str, number: int = 0) -> str:
        last = [each for each in self._channel(channel).sent if each.buttons][-1]
        return await self.says(channel, "", last.buttons[number].id)

    async def settle(self) -> None:
        queue = self.parts.queue
        assert isinstance(queue, FakeQueue)
        while queue.rung:
            await drain(self.parts, queue.rung.pop(0))

    async def on(self, channel: str) -> Conversation:
        return await self.parts.store.open_conversation(channel, f"{channel}-one", language="zh")

    def code(self, channel: str) -> str:
        """The newest one shown there."""
        return re.findall(r"KF-\w{4}-\w{4}", " ".join(each.text for each in self._channel(channel).sent))[-1]

    async def join(self) -> str:
        await self.says("web", "换到微信继续")
        await self.says("wechat", self.code("web"))
        return await self.presses("wechat")

    def _channel(self, name: str) -> FakeChannel:
        channel = self.parts.channels[name]
        assert isinstance(channel, FakeChannel)
        return channel


class Logged(FakeChannel):
    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__(name)
        self.log = log

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        assert conversation.sender == f"{self.name}-one"
        await super().send(conversation, message, late=late)
        self.log.append(f"{self.name}: {message.key or message.text}")


@pytest.fixture
async def shop(template: Path, tmp_path: Path) -> AsyncIterator[Shop]:
    database = Database(copy_of(template, tmp_path))
    log: list[str] = []
    channels = {name: Logged(name, log) for name in ("web", "wechat", "messenger")}
    brain = FakeBrain(
        {
            "退货": bot_turn(utterances=(utterance("utter_ask_order", {}, "/as_before"),)),
            "转人工": bot_turn("utter_x", intent="request_human"),
        }
    )
    parts = fake_parts(
        SqlAlchemyStore(database),
        brain=brain,
        channels=channels,
        responses=FakeResponses(BUTTONS),
        joining=Joining(JoinStore(database), load_join_rules(), frozenset(channels)),
    )
    yield Shop(parts, log)
    await database.close()


async def test_the_wish_is_answered_in_its_own_language(shop: Shop) -> None:
    """The bot, which follows a customer's language, is not asked."""
    told = shop.parts.channels["web"]
    assert isinstance(told, FakeChannel)
    for text, language in (("Continue on WeChat", "en"), ("换到微信继续", "zh"), ("unlink", "en"), ("解除关联", "zh")):
        await shop.says("web", text)
        assert told.sent[-1].language == language, text
        assert (await shop.on("web")).language == language
    await shop.says("web", "join code")
    await shop.says("web", "KF-2222-2222")
    assert told.sent[-1].language == "en", "a code says nothing of a language"


async def test_the_conversation_goes_on_where_it_was(shop: Shop) -> None:
    await shop.says("web", "退货")
    assert await shop.says("web", "换到微信继续") == "web: notice_join_code"
    assert await shop.says("wechat", shop.code("web")) == "wechat: notice_join_confirm"
    assert (
        await shop.presses("wechat") == "wechat: notice_joined, wechat: utter_ask_order, web: notice_joined_elsewhere"
    )
    assert await shop.says("wechat", "SO202611010001") == "wechat: utter_echo"
    home = await shop.on("web")
    asked = shop.parts.brain.asked[-1]  # type: ignore[attr-defined]
    assert (asked.conversation_id, asked.text, asked.fresh) == (home.id, "SO202611010001", False)
    assert await shop.presses("wechat") != "", "the question's buttons work where it was said again"


async def test_a_typed_yes_is_as_good_as_the_button(shop: Shop) -> None:
    await shop.says("web", "continue on WeChat")
    await shop.says("wechat", f"my code is {shop.code('web')}")
    assert "wechat: notice_joined" in await shop.says("wechat", "是的")


async def test_the_question_says_what_would_be_joined(shop: Shop) -> None:
    await shop.says("web", "换到微信继续")
    await shop.says("wechat", shop.code("web"))
    (asked,) = [each for each in shop._channel("wechat").sent if each.key == "notice_join_confirm"]
    assert asked.arguments["channel"] == {"key": "word_channel_web"}
    assert asked.arguments["here"] == {"key": "word_channel_wechat"}
    assert set(asked.arguments["at"]) == {"datetime"}


async def test_no_leaves_them_apart_and_spends_the_code(shop: Shop) -> None:
    await shop.says("web", "换到微信继续")
    code = shop.code("web")
    await shop.says("wechat", code)
    assert await shop.presses("wechat", 1) == "wechat: notice_join_declined"
    assert (await shop.on("wechat")).id != (await shop.on("web")).id
    assert await shop.says("wechat", code) == "wechat: notice_join_refused"
    assert await shop.says("messenger", code) == "messenger: notice_join_refused"


async def test_anything_else_than_yes_is_no_yes(shop: Shop) -> None:
    """A yes that comes later may be meant for another question."""
    await shop.says("web", "换到微信继续")
    await shop.says("wechat", shop.code("web"))
    assert await shop.says("wechat", "我的快递呢") == "wechat: utter_echo"
    assert await shop.says("wechat", "是的") == "wechat: utter_echo"
    assert await shop.presses("wechat") == "wechat: notice_join_refused"
    assert (await shop.on("wechat")).id != (await shop.on("web")).id


async def test_refusals_are_all_alike(shop: Shop) -> None:
    await shop.join()
    used = shop.code("web")
    for wrong in ("KF-2222-2222", used, "KFL-" + "2" * 32):
        assert await shop.says("messenger", wrong) == "messenger: notice_join_refused"


async def test_where_it_was_made_a_code_is_not_spent(shop: Shop) -> None:
    await shop.says("web", "换到微信继续")
    assert await shop.says("web", shop.code("web")) == "web: notice_join_own"
    await shop.says("wechat", shop.code("web"))
    assert "notice_joined" in await shop.presses("wechat")


async def test_a_person_on_one_side_is_a_person_on_both(shop: Shop) -> None:
    await shop.says("wechat", "转人工")
    await claim(shop.parts, (await shop.on("wechat")).id, ANNA)
    await shop.settle()
    said = await shop.join()
    assert "utter" not in said
    home = await shop.on("web")
    assert (home.owner, home.agent) == (Owner.AGENT, "anna")
    assert await shop.says("web", "在吗") == ""
    await say(shop.parts, home.id, ANNA, "我在", "c1")
    await shop.settle()
    assert shop.log[-1] == "web: 我在"
    assert await shop.says("wechat", "好") == ""
    await say(shop.parts, home.id, ANNA, "稍等", "c2")
    await shop.settle()
    assert shop.log[-1] == "wechat: 稍等"


async def test_escalated_there_both_wait(shop: Shop) -> None:
    await shop.join()
    assert await shop.says("wechat", "转人工") == "wechat: notice_handed_over"
    assert await shop.says("web", "还要多久") == ""
    assert [each.owner for each in await shop.parts.store.conversations()] == [Owner.WAITING]


@pytest.mark.parametrize("channel", ["web", "wechat"])
async def test_either_side_separates_them(shop: Shop, channel: str) -> None:
    await shop.join()
    said = await shop.says(channel, "解除关联")
    assert sorted(said.split(", ")) == ["web: notice_parted", "wechat: notice_parted"]
    assert (await shop.on("wechat")).id != (await shop.on("web")).id
    assert await shop.says("wechat", "你好") == "wechat: utter_echo"
    assert await shop.says("web", "你好") == "web: utter_echo"
    assert await shop.says("web", "解除关联") == "web: notice_not_joined"


async def test_whoever_is_surprised_separates_them_with_one_press(shop: Shop) -> None:
    await shop.join()
    assert "notice_parted" in await shop.presses("web")


async def test_a_third_channel_is_joined_to_the_same_one(shop: Shop) -> None:
    await shop.join()
    await shop.says("wechat", "continue on messenger")
    await shop.says("messenger", shop.code("wechat"))
    await shop.presses("messenger")
    ids = {(await shop.on(channel)).id for channel in ("web", "wechat", "messenger")}
    assert len(ids) == 1
    await shop.says("messenger", "unlink")
    assert (await shop.on("wechat")).id == (await shop.on("web")).id != (await shop.on("messenger")).id


async def test_what_is_not_there_is_not_offered(shop: Shop) -> None:
    assert await shop.says("web", "转到企业微信") == "web: notice_join_not_there"
    assert await shop.says("web", "换个渠道") == "web: notice_join_code_elsewhere"
    await shop.join()
    assert await shop.says("web", "换到微信继续") == "web: notice_join_already"


async def test_only_so_many_codes(shop: Shop) -> None:
    said = [await shop.says("web", "换到微信继续") for _ in range(6)]
    assert said == ["web: notice_join_code"] * 5 + ["web: notice_join_later"]


async def test_the_code_reaches_neither_brain_nor_a_waiting_customers_nerves(shop: Shop) -> None:
    """It is all notices: said while waiting too, and never asked of the bot."""
    await shop.says("wechat", "转人工")
    await shop.join()
    texts = [turn.text for turn in shop.parts.brain.asked]  # type: ignore[attr-defined]
    assert texts == ["转人工"]
    assert (await shop.on("web")).owner is Owner.WAITING


async def test_an_agent_invites_and_separates(shop: Shop) -> None:
    await shop.says("web", "转人工")
    home = (await shop.on("web")).id
    await claim(shop.parts, home, ANNA)
    await join_desk.invite(shop.parts, home, ANNA, "wechat", "click-1")
    await shop.settle()
    assert shop.log[-1] == "web: notice_join_code"
    await shop.says("wechat", shop.code("web"))
    await shop.presses("wechat")
    assert (await shop.on("wechat")).id == home
    await join_desk.separate(shop.parts, home, ANNA)
    await shop.settle()
    assert (await shop.on("wechat")).id != home
    told = [each for each in await shop.parts.store.history(home) if each.key in ("notice_join_code", "notice_parted")]
    assert [(each.author, each.agent) for each in told] == [(Author.SYSTEM, "anna")] * 2
    assert (await shop.on("web")).agent == "anna"


async def test_only_the_agent_who_has_it_may(shop: Shop) -> None:
    await shop.says("web", "转人工")
    home = (await shop.on("web")).id
    await claim(shop.parts, home, ANNA)
    for deed in (join_desk.invite(shop.parts, home, BEN, "wechat", "c"), join_desk.separate(shop.parts, home, BEN)):
        with pytest.raises(Exception, match=home):
            await deed


async def test_one_channels_trouble_is_not_the_others(shop: Shop) -> None:
    await shop.join()
    shop._channel("wechat").failures = [RuntimeError("down")] * 3
    with pytest.raises(RuntimeError):
        await shop.says("wechat", "到哪了")
    assert shop.log[-1] != "wechat: utter_echo"
    with pytest.raises(RuntimeError):
        await shop.says("web", "在吗")
    assert shop.log[-1] == "web: utter_echo"
    home = (await shop.on("web")).id
    shop._channel("wechat").failures = []
    await drain(shop.parts, home)
    assert shop.log[-1] == "wechat: utter_echo"
    assert all(each.delivery is not Delivery.PENDING for each in await shop.parts.store.history(home))
