"""A demo shop in which customers have talked, with everything that may be kept of one, and the job that serves them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from actions import limits
from actions.identity.codes import remember
from actions.identity.steps import Step
from actions.records import complaints, privacy
from actions.records import tables as records_tables
from actions.records.care_tables import article_feedback, privacy_requests
from actions.records.complaints import Matter
from actions.records.database import Database
from actions.records.own import OwnRecords
from actions.records.port import Request
from actions.records.privacy import PrivacyRequest
from bot.conversation.compose import notice
from bot.gateway import exports
from bot.gateway.exports import Exports
from bot.gateway.middlewares import explain_errors
from bot.jobs.privacy import PrivacyRequests
from bot.messages import Conversation, Customer, Delivery, Incoming, StoredMessage
from bot.ports import Parts
from bot.responses import ResponseCatalogue
from bot.rules_joining import load_join_rules
from bot.stores import tables
from bot.stores.join_store import JoinStore
from bot.stores.media import MediaStore
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import change, rows
from tests.fakes import fake_parts, incoming
from tests.outages import CanFail

ROOT = Path(__file__).resolve().parent.parent.parent
START = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
LI, WANG = "C10003", "C10005"
PHONES = {LI: "13800138000"}
WORDS = "我住在文三路九十号"
PHOTO = b"\xff\xd8\xff picture"
JOIN_RULES = load_join_rules()


class Clock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, **passed: float) -> None:
        self.time += timedelta(**passed)


class World:
    """A demo shop in which two customers have talked, and the job that serves them."""

    def __init__(self, database: Database, store: SqlAlchemyStore, folder: Path) -> None:
        self.database, self.store, self.clock = database, store, Clock()
        responses = ResponseCatalogue.load(ROOT / "data" / "responses")
        self.parts: Parts = fake_parts(store, responses=responses, public_url="https://chat.shop.example")
        self.records, self.media, self.forgotten = (
            CanFail(OwnRecords(database)),
            MediaStore(database, folder),
            set[str](),
        )
        self.limits = limits.load().privacy
        self._count = 100
        self.job = PrivacyRequests(
            self.parts, self.records, database, self.limits, self.media, self._forget, self.clock
        )

    async def _forget(self, conversation_ids: Any) -> None:
        self.forgotten |= set(conversation_ids)

    async def talk(self, customer: str, sender: str, words: str = WORDS) -> Conversation:
        """A signed customer, with everything that may be kept of one."""
        opened = await self.store.open_conversation(
            "web", sender, language="zh", customer=Customer(customer, f"Name of {sender}")
        )
        photo = await self.media.promise("web", f"media of {sender}", "image", "照片.jpg")
        (file,) = [each for each in await self.media.due(["web"]) if each.media_id == f"media of {sender}"]
        await self.media.keep(file, PHOTO)
        accepted = await self.store.accept(incoming(sender, "1", words, attachment=photo))
        message_id = accepted.message.id
        await self.settle(opened.id, message_id)
        matter = Matter(message_id, opened.id, words, "goods", customer, None)
        made = await self.database.write(complaints.write_down, matter, START, 24)
        await self.database.write(complaints.set_state, made.number, "closed", START)
        await self.records.carry_out(
            Request(
                "request_callback",
                "",
                customer,
                opened.id,
                message_id,
                details={"phone": PHONES.get(customer, "13900139000")},
            )
        )
        helped = {"message_id": message_id, "conversation_id": opened.id, "article": "points", "intent": "ask_points"}
        await change(self.database, article_feedback.insert().values(**helped, language="zh", helped=True, at=START))
        await self.database.write(remember, opened.id, customer, Step.CODE, START, "SO202611010003")
        await self.store.add_note(opened.id, "sam", f"客人{sender}住文三路")
        return await self.store.conversation(opened.id)

    async def settle(self, conversation_id: str, message_id: str) -> None:
        said = await self.store.add_notice(conversation_id, notice(self.parts.responses, "utter_greet", "zh"))
        await self.store.mark_delivery([said.id], Delivery.SENT)
        handled = tables.messages.update().where(tables.messages.c.id == message_id).values(handled_at=START)
        await change(self.database, handled)

    async def says(self, conversation: Conversation, text: str) -> StoredMessage:
        """On the channel that it began on, wherever that leads by now; answered."""
        message = await self.writes(conversation, text)
        await change(
            self.database, tables.messages.update().where(tables.messages.c.id == message.id).values(handled_at=START)
        )
        return message

    async def writes(self, conversation: Conversation, text: str) -> StoredMessage:
        self._count += 1
        told = Incoming(conversation.channel, conversation.sender, f"{conversation.sender}:{self._count}", text)
        return (await self.store.accept(told)).message

    async def join(self, guest: Conversation, home: Conversation) -> None:
        """A code of the home's, typed by the guest, who says yes."""
        joins, code = JoinStore(self.database), f"code of {guest.id}"
        assert await joins.make_code(home, code, {"code": code, "link": f"link of {guest.id}"}, JOIN_RULES)
        claim = await joins.claim(await self.says(guest, "KF-1"), code, JOIN_RULES)
        assert claim.code is not None, claim
        await joins.join(await self.writes(guest, "是的"), claim.code, [], None)

    async def part(self, guest: Conversation, home: Conversation) -> None:
        await JoinStore(self.database).part(home.id, [guest.id], "customer", {})

    async def chat(self, channel: str, sender: str, words: str, customer: str | None = None) -> Conversation:
        """One message, answered; ``customer``: signed in as them."""
        signed = Customer(customer, f"Name of {sender}") if customer else None
        opened = await self.store.open_conversation(channel, sender, language="zh", customer=signed)
        await self.says(opened, words)
        return await self.store.conversation(opened.id)

    async def prove(self, conversation: Conversation, customer: str, step: Step) -> None:
        await self.database.write(remember, conversation.id, customer, step, START, "SO202611010003")

    async def ask_as(self, kind: str, customer: str, message: StoredMessage, hours: int = 0) -> PrivacyRequest:
        """By a message that is really there."""
        where, due = (message.conversation_id, message.id, "zh"), self.clock() + timedelta(hours=hours)
        return await self.database.write(privacy.ask, kind, customer, where, self.clock(), due)

    async def finish(self, request: PrivacyRequest) -> None:
        """Run the job until an erasure is done."""
        for _ in range(3):
            await self.job.run()
            pending = tables.messages.c.delivery == Delivery.PENDING.value
            await change(self.database, tables.messages.update().where(pending).values(delivery=Delivery.SENT.value))
        assert await self.state(request) == "done"

    async def copy(self) -> zipfile.ZipFile:
        """The latest one."""
        found = await rows(self.database, sa.select(privacy_requests.c.file).order_by(privacy_requests.c.id))
        return zipfile.ZipFile(io.BytesIO([row.file for row in found if row.file][-1]))

    async def texts_in_copy(self) -> list[str]:
        data = json.loads((await self.copy()).read("data.json"))
        return [said["text"] for each in data["conversations"] for said in each["messages"] if said["by"] == "customer"]

    async def ask(self, kind: str, conversation: Conversation, message: str, hours: int = 0) -> PrivacyRequest:
        assert conversation.customer is not None
        where = (conversation.id, message, "zh")
        due = self.clock() + timedelta(hours=hours)
        return await self.database.write(privacy.ask, kind, conversation.customer.id, where, self.clock(), due)

    async def state(self, request: PrivacyRequest) -> str:
        found = await self.database.read(privacy.find, request.number)
        assert found is not None
        return found.state

    async def said(self, conversation: Conversation) -> list[str]:
        return [message.text for message in await self.store.history(conversation.id) if message.key]

    async def deliver(self, conversation: Conversation) -> None:
        pending = [each.id for each in await self.store.history(conversation.id) if each.delivery is Delivery.PENDING]
        await self.store.mark_delivery(pending, Delivery.SENT)

    async def everything(self) -> str:
        """Every row of every table, but the shop's own records."""
        text = ""
        for metadata in (tables.metadata, records_tables.metadata):
            for table in metadata.sorted_tables:
                if table.name not in ("shop_customers", "shop_orders", "shop_coupons", "shop_memberships"):
                    text += "\n".join(map(str, await rows(self.database, sa.select(table)))) + "\n"
        return text


async def link_of(world: World, conversation: Conversation) -> str:
    (text,) = [text for text in await world.said(conversation) if "https://" in text]
    return text[text.index("https://chat.shop.example") :].split()[0].removeprefix("https://chat.shop.example")


async def gateway(world: World) -> TestClient:
    app = web.Application(middlewares=[explain_errors])
    app.add_routes(exports.routes())
    app[exports.EXPORTS] = Exports(world.database, world.limits, world.clock)
    client = TestClient(TestServer(app))
    await client.start_server()
    return client
