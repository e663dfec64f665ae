"""Whatever customers and agents do, in whatever order, even in the middle of a bot turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.records.database import Database
from bot.conversation.accept import accept
from bot.conversation.hand_to_agent import claim, close, return_to_bot, say, transfer
from bot.conversation.handle import drain
from bot.messages import Author, Delivery, StoredMessage, Turn
from bot.ports import Parts, StaleConversation
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeBrain, FakeChannel, bot_turn, fake_parts, incoming
from tests.unit.conversation.talk import ANNA, BEN

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]

AGENTS_DO = ["claim", "claim as Ben", "say", "transfer", "return", "close"]
EVERYBODY_DOES = st.one_of(
    st.sampled_from(["write", "ask for a human", "press", *AGENTS_DO]),
    # A drain, with what happens in the middle of its first bot turn.
    st.lists(st.sampled_from(["write", *AGENTS_DO]), max_size=3).map(tuple),
)


class World:
    """One conversation and its people. Each action is tried; being refused is part of life."""

    def __init__(self, store: SqlAlchemyStore) -> None:
        self.sender = uuid4().hex
        self.brain = FakeBrain(script={"转人工": bot_turn("utter_x", intent="request_human")}, during=self._in_mid_turn)
        self.channel = FakeChannel()
        self.parts: Parts = fake_parts(store, brain=self.brain, channels={"web": self.channel})
        self.written = 0
        self._mid_turn: list[str] = []
        self.id = ""

    async def live(self, deeds: list[str | tuple[str, ...]]) -> list[StoredMessage]:
        self.id = (await self.parts.store.open_conversation("web", self.sender, language="zh")).id
        for deed in deeds:
            if isinstance(deed, tuple):
                self._mid_turn = list(deed)
                await drain(self.parts, self.id)
            else:
                await self._do(deed)
        self._mid_turn = []
        await drain(self.parts, self.id)
        return await self.parts.store.history(self.id)

    async def _in_mid_turn(self, turn: Turn) -> None:
        deeds, self._mid_turn = self._mid_turn, []
        for deed in deeds:
            await self._do(deed)

    async def _do(self, deed: str) -> None:
        with suppress(StaleConversation):
            match deed:
                case "write":
                    await self._write("你好")
                case "ask for a human":
                    await self._write("转人工")
                case "press":
                    await self._press()
                case "claim":
                    await claim(self.parts, self.id, ANNA)
                case "claim as Ben":
                    await claim(self.parts, self.id, BEN)
                case "say":
                    await say(self.parts, self.id, ANNA, "您好", client_id=uuid4().hex)
                case "transfer":
                    await transfer(self.parts, self.id, ANNA, BEN)
                case "return":
                    await return_to_bot(self.parts, self.id, ANNA)
                case "close":
                    await close(self.parts, self.id, ANNA)

    async def _write(self, text: str, payload: str | None = None) -> None:
        self.written += 1
        await accept(self.parts, incoming(self.sender, str(self.written), text, payload=payload))

    async def _press(self) -> None:
        """The last button offered: back to the bot."""
        offered = [button for message in await self.parts.store.history(self.id) for button in message.buttons]
        if offered:
            await self._write("", offered[-1].id)


@pytest.fixture
def run() -> Iterator[Run[Any]]:
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture
def shared_store(template: Path, tmp_path: Path, run: Run[None]) -> Iterator[SqlAlchemyStore]:
    """One store for all examples: every example is a sender of its own."""
    database = Database(copy_of(template, tmp_path))
    yield SqlAlchemyStore(database)
    database.close_now()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(EVERYBODY_DOES, max_size=12))
def test_one_owner_whatever_happens(
    shared_store: SqlAlchemyStore, run: Run[list[StoredMessage]], deeds: list[str | tuple[str, ...]]
) -> None:
    world = World(shared_store)
    history = run(world.live(deeds))

    assert [message.seq for message in history] == list(range(1, len(history) + 1))
    assert_the_bot_is_silent_while_an_agent_owns(history)
    assert_nothing_is_lost_or_answered_twice(history)
    # Everything that may be said was sent, in order, once.
    spoken = [message.seq for message in history if message.author is not Author.CUSTOMER]
    held = [message.seq for message in history if message.delivery is Delivery.HELD]
    assert [message.seq for message in world.channel.sent] == [seq for seq in spoken if seq not in held]


def assert_the_bot_is_silent_while_an_agent_owns(history: list[StoredMessage]) -> None:
    """Notices mark every change of owner, so the transcript itself tells who owned it at each line."""
    owner = "bot"
    for message in history:
        owner = {
            "notice_handed_over": "waiting",
            "notice_agent_joined": "agent",
            "notice_back_to_bot": "bot",
            "notice_closed": "bot",
        }.get(message.key or "", owner)
        if message.author is Author.BOT and message.delivery is not Delivery.HELD:
            assert owner == "bot", f"the bot spoke at {message.seq} while {owner} owned the conversation"
        if message.author is Author.AGENT:
            assert owner == "agent"


def assert_nothing_is_lost_or_answered_twice(history: list[StoredMessage]) -> None:
    answered_by_bot = []
    for asked in (message for message in history if message.author is Author.CUSTOMER):
        assert asked.decision is not None, f"message {asked.seq} was never handled"
        replies = [message for message in history if message.in_reply_to == asked.id]
        assert len(replies) <= 1
        if asked.decision["responder"] == "bot":
            assert len(replies) == 1
            answered_by_bot.append((asked.seq, replies[0].seq))
    assert answered_by_bot == sorted(answered_by_bot)
    assert [reply for _, reply in answered_by_bot] == sorted(reply for _, reply in answered_by_bot)
