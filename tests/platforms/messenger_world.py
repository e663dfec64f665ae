"""A whole Kefu (real store, queue, gateway, policy; scripted brain) and a simulated Messenger, connected both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from actions.records.database import Database
from bot.channels.media_fetch import MediaFetcher
from bot.channels.messenger import MessengerChannel
from bot.channels.messenger_settings import MessengerSettings
from bot.channels.platform import Http
from bot.conversation.handle import drain
from bot.conversation.send_replies import unfinished
from bot.gateway.application import create_app
from bot.gateway.platforms import Platforms
from bot.messages import Conversation, Delivery, StoredMessage
from bot.ports import Parts
from bot.queue.in_process import InProcessQueue
from bot.queue.notifier import InProcessNotifier
from bot.rules_channels import load_channel_rules
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.stores.callbacks import CallbackNonces
from bot.stores.media import MediaStore
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from bot.wiring import RULES
from tests.fakes import FakeBrain, fake_parts
from tests.platforms.messenger import MessengerPlatform
from tests.unit.gateway.world import FakeKnowledge, FakeReadiness, FakeRecords, eventually

SENDER = "7000000000000001"


@dataclass
class MessengerWorld:
    platform: MessengerPlatform
    client: TestClient[Any, Any]
    parts: Parts
    queue: InProcessQueue
    brain: FakeBrain
    media: MediaStore

    async def says(self, text: str, sender: str = SENDER) -> None:
        """The customer writes; on return it is answered and everything is sent."""
        assert await self.platform.deliver(self.platform.text(sender, text)) == 200
        await self.quiet(sender)

    async def conversation(self, sender: str = SENDER) -> Conversation:
        return await self.parts.store.open_conversation("messenger", sender, language="zh")

    async def history(self, sender: str = SENDER) -> list[StoredMessage]:
        return await self.parts.store.history((await self.conversation(sender)).id)

    async def fates(self, sender: str = SENDER) -> list[tuple[Delivery | None, str | None]]:
        return [(each.delivery, each.delivery_reason) for each in await self.history(sender) if each.delivery]

    async def quiet(self, sender: str = SENDER) -> None:
        """Until nothing is left to do for this customer."""
        here = (await self.conversation(sender)).id

        async def done() -> bool:
            work = await self.parts.store.work(here)
            return work.message is None and not work.unsent

        await eventually(done, 20)
        await self.queue.served(here)


@asynccontextmanager
async def connected(
    database_url: str, home: Path, *, real: Mapping[str, Any] | None = None, **changes: Any
) -> AsyncIterator[MessengerWorld]:
    """``changes`` of the settings: ``inbox_app``, ``page_token``, …. ``real``: parts to take instead of the fakes."""
    platform = MessengerPlatform()
    graph = TestServer(platform.application())
    await graph.start_server()
    given = {
        "verify_token": platform.verify_token,
        "app_secret": platform.app_secret,
        "page_token": platform.page_token,
        "page_id": platform.page_id,
        "api_base": str(graph.make_url("/graph")),
        **changes,
    }
    http = Http()
    database, notifier = Database(database_url), InProcessNotifier()
    given_parts = {"brain": FakeBrain(), **(real or {})}
    media = MediaStore(database, home)
    channel = MessengerChannel(MessengerSettings(**given), http, "https://kefu.example", pauses=(0.01,), files=media)
    fetcher = MediaFetcher(media, {"messenger": channel.download})
    store = SqlAlchemyStore(database)
    rules = load_channel_rules(RULES / "channels.yml")
    channels = {"messenger": channel}
    parts = fake_parts(store, notifier=notifier, channels=channels, channel_rules=rules, **given_parts)
    queue = InProcessQueue(_drains(lambda: parts), lambda: unfinished(parts), first_retry=0.02)
    parts = replace(parts, queue=queue)
    settings = Settings(home=home, database_url=database_url)
    app = create_app(
        parts,
        settings,
        Accounts(database),
        FakeReadiness(),
        FakeKnowledge(),
        FakeRecords(),
        platforms=Platforms(media, fetcher, CallbackNonces(database), messenger=channel),
    )
    async with TestClient(TestServer(app)) as client:
        platform.target = str(client.make_url("/channels/messenger"))
        await queue.start()
        try:
            yield MessengerWorld(platform, client, parts, queue, given_parts["brain"], media)
        finally:
            await queue.stop(1)
            await asyncio.sleep(0)
            await http.close()
            await graph.close()
            await database.close()


def _drains(parts: Callable[[], Parts]) -> Callable[[str], Any]:
    return lambda conversation_id: drain(parts(), conversation_id)
