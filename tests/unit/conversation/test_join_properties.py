"""Whatever is written, joined, separated and claimed on two channels, in whatever order, wherever it is cut short."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from actions.records.database import Database
from bot.conversation.accept import accept
from bot.conversation.hand_to_agent import claim, close, return_to_bot, say
from bot.conversation.handle import drain
from bot.conversation.join_desk import separate
from bot.joining import Joining
from bot.messages import Author, Conversation, Delivery, Incoming, Owner, StoredMessage, Turn
from bot.ports import Parts, StaleConversation
from bot.rules_joining import load_join_rules
from bot.stores.join_store import JoinStore
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeBrain, FakeChannel, bot_turn, fake_parts
from tests.unit.conversation.talk import ANNA, BEN

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]
CHANNELS = ("web", "wechat")

WORDS = {
    "write": "你好",
    "ask for a human": "转人工",
    "start": "换个渠道",
    "yes": "是的",
    "no": "不",
    "unlink": "解除关联",
}
CUSTOMER = st.tuples(st.sampled_from([*WORDS, "type the code"]), st.sampled_from(CHANNELS))
AGENT = st.tuples(
    st.sampled_from(["claim", "claim as Ben", "say", "return", "close", "separate"]), st.sampled_from(CHANNELS)
)
IN_MID_TURN = st.lists(st.one_of(CUSTOMER, AGENT), max_size=3)
DRAIN = st.tuples(st.just("drain"), st.sampled_from(CHANNELS), IN_MID_TURN)
CUT = st.tuples(st.just("cut"), st.sampled_from(CHANNELS), st.integers(1, 60))
# Joined in most examples, some in the middle of things: what can go wrong needs that first.
ASKED = [
    ("start", "web"),
    ("drain", "web", []),
    ("type the code", "wechat"),
    ("drain", "wechat", []),
    ("yes", "wechat"),
]
JOINED = [*ASKED, ("drain", "wechat", [])]
STARTS: list[list[Any]] = [
    [],
    ASKED,
    [*ASKED, ("write", "wechat"), ("write", "wechat"), ("write", "web")],
    [*ASKED, ("drain", "wechat", [("write", "wechat"), ("write", "web")])],
    JOINED,
    [*JOINED, ("write", "wechat"), ("drain", "web", [("claim", "web"), ("separate", "web")])],
    [*JOINED, ("unlink", "wechat"), ("write", "wechat"), ("write", "web")],
]
DEEDS = st.lists(st.one_of(CUSTOMER, AGENT, DRAIN, CUT), max_size=14)


class World:
    """One customer's two phones, and the desk. Each deed is tried; being refused is part of life."""

    def __init__(self, database: Database) -> None:
        self.sender = uuid4().hex
        self.log: list[tuple[str, str]] = []
        self.brain = FakeBrain(script={"转人工": bot_turn("utter_x", intent="request_human")}, during=self._in_mid_turn)
        channels = {name: Logged(name, self.log) for name in CHANNELS}
        self.parts: Parts = fake_parts(
            SqlAlchemyStore(database),
            brain=self.brain,
            channels=channels,
            joining=Joining(JoinStore(database), load_join_rules(), frozenset(CHANNELS)),
        )
        self.written: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.was_cut = False
        self._mid_turn: list[Any] = []

    async def live(self, deeds: list[Any]) -> None:
        for channel in CHANNELS:
            self.ids.add((await self.on(channel)).id)
        for deed in deeds:
            before = await self._owned_by_agents()
            await self._do(deed)
            await self._assert_the_bot_was_silent(before)
            await self._assert_one_conversation_while_joined()
        self._mid_turn = []
        for _ in range(4):  # what one leaves to the other is there the next time
            for conversation_id in self.ids:
                await drain(self.parts, conversation_id)

    async def on(self, channel: str) -> Conversation:
        return await self.parts.store.open_conversation(channel, f"{channel} {self.sender}", language="zh")

    async def history(self) -> list[StoredMessage]:
        """Both conversations' messages."""
        return [each for one in sorted(self.ids) for each in await self.parts.store.history(one)]

    async def _do(self, deed: Any) -> None:
        name, channel, *more = deed
        with suppress(StaleConversation):
            if name in WORDS:
                await self._write(channel, WORDS[name])
            elif name == "type the code":
                await self._write(channel, await self._code())
            elif name == "drain":
                self._mid_turn = list(more[0])
                await drain(self.parts, (await self.on(channel)).id)
            elif name == "cut":
                await self._cut((await self.on(channel)).id, more[0])
            else:
                await self._agent_does(name, (await self.on(channel)).id)

    async def _agent_does(self, name: str, conversation_id: str) -> None:
        match name:
            case "claim":
                await claim(self.parts, conversation_id, ANNA)
            case "claim as Ben":
                await claim(self.parts, conversation_id, BEN)
            case "say":
                await say(self.parts, conversation_id, ANNA, "您好", client_id=uuid4().hex)
            case "return":
                await return_to_bot(self.parts, conversation_id, ANNA)
            case "close":
                await close(self.parts, conversation_id, ANNA)
            case "separate":
                await separate(self.parts, conversation_id, ANNA)

    async def _cut(self, conversation_id: str, steps: int) -> None:
        """The process dies somewhere in the middle: whatever the database was doing is done, nothing after it."""
        self.was_cut = True
        draining = asyncio.create_task(drain(self.parts, conversation_id))
        for _ in range(steps):
            await asyncio.sleep(0)
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        # A dead process has no threads that go on; ours may, for a moment.
        await self.parts.store.set_language(conversation_id, "zh")

    async def _in_mid_turn(self, turn: Turn) -> None:
        deeds, self._mid_turn = self._mid_turn, []
        for deed in deeds:
            await self._do(deed)

    async def _write(self, channel: str, text: str) -> None:
        name = f"{self.sender}:{len(self.written)}"
        self.written.append((channel, name))
        await accept(self.parts, Incoming(channel, f"{channel} {self.sender}", name, text))

    async def _code(self) -> str:
        shown = re.findall(r"KF-\w{4}-\w{4}", " ".join(each.text for each in await self.history()))
        return shown[-1] if shown else "KF-2222-2222"

    async def _owned_by_agents(self) -> dict[str, tuple[int, int]]:
        found = [await self.parts.store.conversation(one) for one in self.ids]
        return {each.id: (each.version, await self._spoken(each.id)) for each in found if each.owner is Owner.AGENT}

    async def _assert_the_bot_was_silent(self, before: dict[str, tuple[int, int]]) -> None:
        for conversation_id, (version, spoken) in before.items():
            if (await self.parts.store.conversation(conversation_id)).version == version:
                assert await self._spoken(conversation_id) == spoken, "the bot spoke while an agent owned it"

    async def _spoken(self, conversation_id: str) -> int:
        said = await self.parts.store.history(conversation_id)
        return sum(each.author is Author.BOT and each.delivery is not Delivery.HELD for each in said)

    async def _assert_one_conversation_while_joined(self) -> None:
        web, wechat = [await self.on(channel) for channel in CHANNELS]
        if web.id != wechat.id:
            return
        event("joined")
        (other,) = self.ids - {web.id}
        assert (await self.parts.store.conversation(other)).owner is Owner.CLOSED
        assert (await self.parts.store.work(other)).message is None
        assert web.owner is wechat.owner
        assert [each.id for each in await self.parts.store.conversations(limit=1000) if each.id in self.ids] == [web.id]


class Logged(FakeChannel):
    def __init__(self, name: str, log: list[tuple[str, str]]) -> None:
        super().__init__(name)
        self.log = log

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        assert conversation.channel == self.name
        assert conversation.sender.startswith(self.name)
        self.log.append((self.name, message.id))


@pytest.fixture
def run() -> Iterator[Run[Any]]:
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture
def shared(template: Path, tmp_path: Path) -> Iterator[Database]:
    """One database for all examples: every example is a customer of its own."""
    database = Database(copy_of(template, tmp_path))
    yield database
    database.close_now()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STARTS), deeds=DEEDS)
def test_nothing_is_lost_or_said_twice_over_a_join(
    shared: Database, run: Run[Any], start: list[Any], deeds: list[Any]
) -> None:
    world = World(shared)
    run(world.live([*start, *deeds]))
    history = run(world.history())

    asked = [message for message in history if message.author is Author.CUSTOMER]
    stored = sorted(message.external_id or "" for message in asked)
    assert stored == sorted(name for _, name in world.written), "each written message is stored once"
    for message in asked:
        assert message.decision is not None, f"{message.text} was never handled"
        answers = [each for each in history if each.in_reply_to == message.id]
        assert {each.conversation_id for each in answers} <= {message.conversation_id}
        assert len(answers) == 1 or message.decision["responder"] != "bot"
        # Where it was written; after they were separated, what had not been said yet is said at home.
        assert {each.endpoint for each in answers} <= {message.endpoint, message.conversation_id}

    assert_numbers_grow(history)
    assert_everything_was_sent(world, history)


def assert_numbers_grow(history: list[StoredMessage]) -> None:
    for conversation_id in {message.conversation_id for message in history}:
        here = [message for message in history if message.conversation_id == conversation_id]
        assert len({message.seq for message in here}) == len(here)
        replied = [message.in_reply_to for message in here if message.author is Author.BOT and message.in_reply_to]
        order = {message.id: message.seq for message in here}
        assert [order[asked] for asked in replied if asked] == sorted(order[asked] for asked in replied if asked)


def assert_everything_was_sent(world: World, history: list[StoredMessage]) -> None:
    said = [each for each in history if each.author is not Author.CUSTOMER and each.delivery is not Delivery.HELD]
    assert {each.delivery for each in said} <= {Delivery.SENT}
    sent = [message_id for _, message_id in world.log]
    assert set(sent) == {each.id for each in said}
    assert world.was_cut or len(sent) == len(set(sent))
