"""A whole Kefu (real store, queue, gateway, policy; a scripted brain) connected to a simulated platform, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from actions.records.database import Database
from bot.channels.web import WebChannel
from bot.conversation.handle import drain
from bot.conversation.send_replies import unfinished
from bot.gateway.application import create_app
from bot.messages import Conversation, Owner, StoredMessage
from bot.ports import Channel, Parts
from bot.queue.in_process import InProcessQueue
from bot.queue.notifier import InProcessNotifier
from bot.rules_channels import load_channel_rules
from bot.rules_joining import load_join_rules
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from bot.wiring import RULES
from bot.wiring_platforms import BuiltPlatforms, build_joining, build_platforms
from tests.fakes import FakeBrain, fake_parts
from tests.platforms.simulator import Customer, Simulator
from tests.unit.gateway.world import FakeRecords


class Waiting:
    """Knowledge is not asked for here."""

    ready, detail = True, "ready"


@dataclass
class Connected:
    """``platform`` speaks to our gateway as the real one would, and our channel to it."""

    platform: Any
    client: TestClient[Any, Any]
    parts: Parts
    queue: InProcessQueue
    brain: FakeBrain
    database: Database
    platforms: BuiltPlatforms
    channel: str
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def store(self) -> Any:
        return self.parts.store

    async def conversation(self, sender: str) -> Conversation:
        conversation: Conversation = await self.store.open_conversation(self.channel, sender, language="zh")
        return conversation

    async def history(self, sender: str) -> list[StoredMessage]:
        messages: list[StoredMessage] = await self.store.history((await self.conversation(sender)).id)
        return messages

    async def settled(self, sender: str) -> list[StoredMessage]:
        """Everything that was said, once nothing is left to handle or send."""
        conversation = await self.conversation(sender)
        for _ in range(3):
            await self.queue.served(conversation.id)
            await asyncio.sleep(0.01)
        return await self.history(sender)

    async def agent(self, sender: str, username: str = "lin") -> None:
        """An agent claims the conversation."""
        from bot.conversation.hand_to_agent import claim
        from bot.messages import Agent

        await claim(self.parts, (await self.conversation(sender)).id, Agent(username, "小林", "agent", "zh"))
        await self.settled(sender)


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    """Wait until it holds (plain or awaitable); fails when it does not come true in time."""

    async def watch() -> None:
        while True:
            outcome = condition()
            if await outcome if isinstance(outcome, Awaitable) else outcome:
                return
            await asyncio.sleep(0.02)

    await asyncio.wait_for(watch(), seconds)


def reply_count(customer: Customer) -> Callable[[], int]:
    return lambda: len(customer.texts())


@asynccontextmanager
async def connected(
    simulator: Simulator,
    database_url: str,
    home: Path,
    *,
    brain: FakeBrain | None = None,
    real: Mapping[str, Any] | None = None,
    **env: str,
) -> AsyncIterator[Connected]:
    """Both sides on free ports of this machine. ``real``: parts to take instead of the fakes (``ports.Parts``)."""
    async with AsyncExitStack() as stack:
        server = TestServer(simulator.create_app())
        await server.start_server()
        stack.push_async_callback(server.close)
        base = str(server.make_url("")).rstrip("/")
        settings = Settings.from_environment(
            {"KEFU_HOME": str(home), "KEFU_DATABASE_URL": database_url, **simulator.environment(base), **env}
        )
        database = Database(database_url)
        stack.push_async_callback(database.close)
        platforms = build_platforms(settings, database)
        stack.push_async_callback(platforms.close)
        world = _assembled(simulator, settings, database, platforms, {"brain": brain or FakeBrain(), **(real or {})})
        stack.push_async_callback(world.queue.stop)
        await world.queue.start()
        await stack.enter_async_context(world.client)
        simulator.target = str(world.client.make_url(f"/channels/{world.channel}"))
        stack.push_async_callback(simulator.close)
        yield world


def _assembled(
    simulator: Simulator,
    settings: Settings,
    database: Database,
    platforms: BuiltPlatforms,
    given: Mapping[str, Any],
) -> Connected:
    notifier = InProcessNotifier()
    channels: dict[str, Channel] = {"web": WebChannel(notifier), **platforms.channels}
    parts = fake_parts(
        SqlAlchemyStore(database),
        notifier=notifier,
        channels=channels,
        channel_rules=load_channel_rules(RULES / "channels.yml"),
        joining=build_joining(database, channels, platforms.links, load_join_rules(RULES / "joining.yml")),
        **given,
    )
    queue = InProcessQueue(lambda conversation_id: drain(parts, conversation_id), lambda: unfinished(parts))
    parts = replace(parts, queue=queue)
    app = create_app(
        parts,
        settings,
        Accounts(database),
        Waiting(),
        None,
        FakeRecords(),
        platforms=platforms.gateway,
    )
    (channel,) = platforms.channels
    client = TestClient(TestServer(app))
    return Connected(simulator, client, parts, queue, given["brain"], database, platforms, channel)


__all__ = ["Connected", "Owner", "connected", "until"]
