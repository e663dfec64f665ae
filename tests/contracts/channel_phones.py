"""One customer on each channel, with a whole Kefu behind: what the contract of all channels is tried with."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import jwt
from aiohttp.test_utils import TestClient

from bot.channels.wecom_parse import sender_of
from bot.messages import Attachment, Customer, Language, StoredMessage
from bot.ports import Parts
from bot.queue.in_process import InProcessQueue
from bot.stores.media import MediaStore
from tests.fakes import FakeBrain
from tests.platforms.connected import Connected, connected
from tests.platforms.messenger_world import SENDER, MessengerWorld
from tests.platforms.messenger_world import connected as messenger_connected
from tests.platforms.picture import PICTURE
from tests.platforms.wechat import WechatSimulator
from tests.platforms.wecom import WecomSimulator
from tests.unit.gateway.world import IDENTITY_SECRET, World, running


@dataclass(frozen=True)
class Bubble:
    """What the shop said once, as the phone shows it: labels of ``buttons``, all that is written on a ``card``."""

    text: str
    buttons: tuple[str, ...] = ()
    card: str = ""
    file: bytes = b""


class Phone(Protocol):
    """``parts``, ``brain``, ``queue``: what stands behind it. ``sender``: the customer's name on the channel."""

    name: str
    parts: Parts
    brain: FakeBrain
    queue: InProcessQueue
    client: TestClient[Any, Any]

    @property
    def sender(self) -> str: ...

    async def enters(self, language: Language = "zh", customer: Customer | None = None) -> str:
        """Before the first word: the conversation's id. ``customer``: known to the shop, by its site or by joining."""

    async def writes(self, text: str, *, twice: bool = False) -> None:
        """Acknowledged on return; ``twice``: the platform delivers it again."""

    async def presses(self, label: str) -> None:
        """One of the buttons that can be tapped now; raises LookupError."""

    async def photographs(self) -> None:
        """Sends a picture."""

    async def kept_file(self, name: str, data: bytes) -> Attachment:
        """A file in our store, as an agent's is."""

    async def screen(self) -> list[Bubble]:
        """What the shop said, oldest first."""

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

    async def enters(self, language: Language = "zh", customer: Customer | None = None) -> str:
        signed = {"identity": _token(customer)} if customer else {}
        self._session = await self._world.session(language=language, **signed)
        conversation = await self.parts.store.conversation(self._session["conversation"])
        self._sender = conversation.sender
        return conversation.id

    @property
    def sender(self) -> str:
        return self._sender

    async def writes(self, text: str, *, twice: bool = False) -> None:
        self._world.counter += 1
        body = {"session": self._session["session"], "client_id": f"c{self._world.counter}", "text": text}
        for _ in range(1 + twice):
            assert (await self.client.post("/channels/web/messages", json=body)).status == 202

    async def presses(self, label: str) -> None:
        shown = [button for message in reversed(await self._messages()) for button in message["buttons"]]
        payload = _first((button["payload"] for button in shown if button["title"] == label), label)
        await self._world.press(self._session["session"], payload)

    async def photographs(self) -> None:
        query = {"session": self._session["session"], "client_id": "file", "name": "photo.png"}
        brought = await self.client.post("/channels/web/files", params=query, data=PICTURE)
        assert brought.status == 201, await brought.text()
        self._world.counter += 1
        about = {"client_id": f"c{self._world.counter}", "attachment": (await brought.json())["attachment"]}
        body = {"session": self._session["session"], **about}
        assert (await self.client.post("/channels/web/messages", json=body)).status == 202

    async def kept_file(self, name: str, data: bytes) -> Attachment:
        raise NotImplementedError("see tests/unit/gateway/test_desk_files.py")

    async def screen(self) -> list[Bubble]:
        return [
            Bubble(
                each["text"],
                tuple(button["title"] for button in each["buttons"]),
                json.dumps(each["card"], ensure_ascii=False) if each["card"] else "",
            )
            for each in await self._messages()
            if each["author"] != "customer"
        ]

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
        self._platform, self._media = world.platform, world.platforms.gateway.media
        self._customer = "o1"

    @property
    def sender(self) -> str:
        return sender_of(self._platform.open_kfid, self._customer) if self.name == "wecom" else self._customer

    async def writes(self, text: str, *, twice: bool = False) -> None:
        self._platform.duplicate_share = 1.0 if twice else 0.0
        delivered = await self._platform.says(self._customer, text)
        assert not delivered.fault

    async def enters(self, language: Language = "zh", customer: Customer | None = None) -> str:
        return await _known(self, language, customer)

    async def presses(self, label: str) -> None:
        assert not (await self._platform.presses(self._customer, label)).fault

    async def photographs(self) -> None:
        assert not (await self._platform.shows(self._customer, PICTURE)).fault

    async def kept_file(self, name: str, data: bytes) -> Attachment:
        return await _kept(self._media, name, data)

    async def screen(self) -> list[Bubble]:
        return [
            Bubble(
                "" if "media" in each else each["text"],
                tuple(entry["content"] for entry in each.get("menu", ())),
                file=self._platform.media[each["media"]][1] if "media" in each else b"",
            )
            for each in self._platform.customer(self._customer).screen
            if each["author"] == "shop"
        ]

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
        self._platform, self._media = world.platform, world.media

    async def writes(self, text: str, *, twice: bool = False) -> None:
        self._platform.duplicate_share = 1.0 if twice else 0.0
        assert await self._platform.deliver(self._platform.text(SENDER, text)) == 200

    async def enters(self, language: Language = "zh", customer: Customer | None = None) -> str:
        return await _known(self, language, customer)

    async def presses(self, label: str) -> None:
        _first((offer for offer in self._platform.person().offers() if offer["title"] == label), label)
        assert await self._platform.deliver(self._platform.press(SENDER, label)) == 200

    async def photographs(self) -> None:
        assert await self._platform.deliver(self._platform.file(SENDER)) == 200

    async def kept_file(self, name: str, data: bytes) -> Attachment:
        return await _kept(self._media, name, data)

    async def screen(self) -> list[Bubble]:
        return [
            Bubble(
                each.get("text", ""),
                tuple(offer["title"] for offer in each["quick_replies"]),
                json.dumps(each["cards"], ensure_ascii=False) if "cards" in each else "",
                each.get("data", b""),
            )
            for each in self._platform.person().screen
            if each["author"] == "page"
        ]

    async def knocks(self, body: bytes) -> int:
        headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
        return (await self.client.post("/channels/messenger", data=body, headers=headers)).status

    def close_window(self) -> None:
        self._platform.person().wrote_at = 0.0


@asynccontextmanager
async def phone_on(
    name: str, database_url: str, home: Path, real: Mapping[str, Any] | None = None
) -> AsyncIterator[Phone]:
    """``real``: parts to take instead of the fakes."""
    if name == "web":
        async with running(database_url, home, real=real, rate_per_session=0, rate_per_address=0) as world:
            web = WebPhone(world)
            await web.enters()
            yield web
    elif name == "messenger":
        async with messenger_connected(database_url, home, real=real) as messenger:
            yield MessengerPhone(messenger)
    else:
        simulator = WechatSimulator() if name == "wechat" else WecomSimulator()
        async with connected(simulator, database_url, home, real=real) as one:
            yield WechatPhone(one)


async def _kept(media: MediaStore, name: str, data: bytes) -> Attachment:
    promised = await media.promise("desk", name, "image", name)
    file = await media.find(promised.url.rpartition("/")[2])
    assert file is not None
    kept = await media.keep(file, data)
    return replace(promised, content_type=kept.content_type, size=kept.size)


async def _known(phone: Phone, language: Language, customer: Customer | None) -> str:
    store = phone.parts.store
    return (await store.open_conversation(phone.name, phone.sender, language=language, customer=customer)).id


def _token(customer: Customer) -> str:
    claims = {"sub": customer.id, "name": customer.name, "exp": time.time() + 600}
    return jwt.encode(claims, IDENTITY_SECRET, algorithm="HS256")


def _first(found: Iterable[Any], label: str) -> Any:
    for each in found:
        return each
    raise LookupError(label)


async def reads(phone: Phone) -> list[str]:
    """What the shop said in words."""
    return [bubble.text for bubble in await phone.screen() if bubble.text]


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
