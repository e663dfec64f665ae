"""One customer on each channel, with a whole Kefu behind: what the contract of all channels is tried with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from aiohttp.test_utils import TestClient

from bot.channels.wecom_parse import sender_of
from bot.messages import StoredMessage
from bot.ports import Parts
from bot.queue.in_process import InProcessQueue
from tests.fakes import FakeBrain
from tests.platforms.connected import Connected, connected
from tests.platforms.messenger_world import SENDER, MessengerWorld
from tests.platforms.messenger_world import connected as messenger_connected
from tests.platforms.wechat import WechatSimulator
from tests.platforms.wecom import WecomSimulator
from tests.unit.gateway.world import World, running


class Phone(Protocol):
    """``parts``, ``brain``, ``queue``: what stands behind it. ``sender``: the customer's name on the channel."""

    name: str
    parts: Parts
    brain: FakeBrain
    queue: InProcessQueue
    client: TestClient[Any, Any]

    @property
    def sender(self) -> str: ...

    async def writes(self, text: str, *, twice: bool = False) -> None:
        """Acknowledged on return; ``twice``: the platform delivers it again."""

    async def presses(self, label: str) -> None: ...

    async def reads(self) -> list[str]:
        """What the shop said, as the customer sees it."""

    async def knocks(self, body: bytes) -> int:
        """Somebody without the secret posts; the status they get."""

    def close_window(self) -> None:
        """From now on the platform lets nothing through until the customer writes again."""


class WebPhone:
    name = "web"

    def __init__(self, world: World) -> None:
        self.parts, self.brain, self.queue, self.client = world.parts, world.brain, world.queue, world.client
        self._world = world
        self._session: dict[str, Any] = {}
        self._sender = ""

    async def open(self) -> None:
        self._session = await self._world.session(language="zh")
        self._sender = (await self.parts.store.conversation(self._session["conversation"])).sender

    @property
    def sender(self) -> str:
        return self._sender

    async def writes(self, text: str, *, twice: bool = False) -> None:
        self._world.counter += 1
        body = {"session": self._session["session"], "client_id": f"c{self._world.counter}", "text": text}
        for _ in range(1 + twice):
            assert (await self.client.post("/channels/web/messages", json=body)).status == 202

    async def presses(self, label: str) -> None:
        shown = [button for message in await self._messages() for button in message["buttons"]]
        payload = next(button["payload"] for button in shown if button["title"] == label)
        await self._world.press(self._session["session"], payload)

    async def reads(self) -> list[str]:
        return [each["text"] for each in await self._messages() if each["author"] != "customer"]

    async def _messages(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/channels/web/messages", params={"session": self._session["session"]})
        messages: list[dict[str, Any]] = (await answer.json())["messages"]
        return messages

    async def knocks(self, body: bytes) -> int:
        return (await self.client.post("/channels/web/messages", data=body)).status

    def close_window(self) -> None:
        raise NotImplementedError("the web has none")


class WechatPhone:
    """WeChat and WeCom: their simulators speak alike."""

    def __init__(self, world: Connected) -> None:
        self.parts, self.brain, self.queue, self.client = world.parts, world.brain, world.queue, world.client
        self.name = world.channel
        self._platform = world.platform
        self._customer = "o1"

    @property
    def sender(self) -> str:
        return sender_of(self._platform.open_kfid, self._customer) if self.name == "wecom" else self._customer

    async def writes(self, text: str, *, twice: bool = False) -> None:
        self._platform.duplicate_share = 1.0 if twice else 0.0
        delivered = await self._platform.says(self._customer, text)
        assert not delivered.fault

    async def presses(self, label: str) -> None:
        assert not (await self._platform.presses(self._customer, label)).fault

    async def reads(self) -> list[str]:
        texts: list[str] = self._platform.customer(self._customer).texts()
        return texts

    async def knocks(self, body: bytes) -> int:
        query = {"signature": "0" * 40, "msg_signature": "0" * 40, "timestamp": "1", "nonce": "n"}
        return (await self.client.post(f"/channels/{self.name}", params=query, data=body)).status

    def close_window(self) -> None:
        for window in self._platform.customer(self._customer).windows.values():
            window.opened_at = 0.0


class MessengerPhone:
    name, sender = "messenger", SENDER

    def __init__(self, world: MessengerWorld) -> None:
        self.parts, self.brain, self.queue, self.client = world.parts, world.brain, world.queue, world.client
        self._platform = world.platform

    async def writes(self, text: str, *, twice: bool = False) -> None:
        self._platform.duplicate_share = 1.0 if twice else 0.0
        assert await self._platform.deliver(self._platform.text(SENDER, text)) == 200

    async def presses(self, label: str) -> None:
        assert await self._platform.deliver(self._platform.press(SENDER, label)) == 200

    async def reads(self) -> list[str]:
        return self._platform.person().texts()

    async def knocks(self, body: bytes) -> int:
        headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
        return (await self.client.post("/channels/messenger", data=body, headers=headers)).status

    def close_window(self) -> None:
        self._platform.person().wrote_at = 0.0


@asynccontextmanager
async def phone_on(name: str, database_url: str, home: Path) -> AsyncIterator[Phone]:
    if name == "web":
        async with running(database_url, home, rate_per_session=0, rate_per_address=0) as world:
            web = WebPhone(world)
            await web.open()
            yield web
    elif name == "messenger":
        async with messenger_connected(database_url, home) as messenger:
            yield MessengerPhone(messenger)
    else:
        simulator = WechatSimulator() if name == "wechat" else WecomSimulator()
        async with connected(simulator, database_url, home) as one:
            yield WechatPhone(one)


async def history(phone: Phone) -> list[StoredMessage]:
    conversation = await phone.parts.store.open_conversation(phone.name, phone.sender, language="zh")
    return await phone.parts.store.history(conversation.id)


def at_rest(phone: Phone, customers: int) -> Callable[[], Awaitable[bool]]:
    """That so many messages of the customer have come in, and nothing is left to do."""

    async def check() -> bool:
        conversation = await phone.parts.store.open_conversation(phone.name, phone.sender, language="zh")
        # In this order: what comes in between the two is not taken for done.
        arrived = [message for message in await history(phone) if message.author.value == "customer"]
        work = await phone.parts.store.work(conversation.id)
        return len(arrived) >= customers and work.message is None and not work.unsent

    return check
