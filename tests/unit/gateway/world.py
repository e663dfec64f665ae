"""A whole web server for tests: real store on SQLite, real queue and notifier, a scripted brain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from actions.records.database import Database
from bot.channels.media_fetch import MediaFetcher
from bot.channels.web import WebChannel
from bot.conversation.handle import drain
from bot.conversation.send_replies import unfinished
from bot.gateway.application import create_app
from bot.gateway.metrics import Metrics, metered
from bot.gateway.platforms import Platforms
from bot.joining import Joining
from bot.mail import Mailer
from bot.messages import LANGUAGES, Language
from bot.ports import Parts
from bot.queue.in_process import InProcessQueue
from bot.queue.notifier import InProcessNotifier
from bot.rules_joining import load_join_rules
from bot.settings import Settings
from bot.stores import accounts as accounts_module
from bot.stores.accounts import Accounts
from bot.stores.callbacks import CallbackNonces
from bot.stores.join_store import JoinStore
from bot.stores.media import MediaStore
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of, sqlite_template
from tests.fakes import FakeBrain, fake_parts

IDENTITY_SECRET = "a secret of thirty-two characters"
PASSWORD = "correct horse"


@dataclass
class FakeReadiness:
    ready: bool = True
    detail: str = "ready"


@dataclass(frozen=True)
class FakeArticle:
    title: str
    body: str
    language: Language = "zh"


@dataclass
class FakeKnowledge:
    articles: dict[tuple[str, Language], FakeArticle] = field(default_factory=dict)

    def article(self, slug: str, language: Language) -> FakeArticle | None:
        other = LANGUAGES[language == LANGUAGES[0]]
        for each in (language, other):
            if (slug, each) in self.articles:
                return replace(self.articles[slug, each], language=each)
        return None


@dataclass
class FakeRecords:
    orders: list[Mapping[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    vouched: list[tuple[str, str]] = field(default_factory=list)
    overdue: dict[str, list[str]] = field(default_factory=dict)

    async def overdue_complaints(self) -> Mapping[str, list[str]]:
        return self.overdue

    async def vouch(self, conversation_id: str, order_number: str) -> bool:
        self.vouched.append((conversation_id, order_number))
        return order_number == "SO202611010001"

    async def orders_of_conversation(self, conversation_id: str, customer_id: str | None) -> list[Mapping[str, Any]]:
        self.asked.append((conversation_id, customer_id))
        return self.orders


@dataclass
class World:
    """One running server with handles on everything behind it."""

    client: TestClient[Any, Any]
    parts: Parts
    queue: InProcessQueue
    brain: FakeBrain
    accounts: Accounts
    readiness: FakeReadiness
    knowledge: FakeKnowledge
    records: FakeRecords
    media: MediaStore
    counter: int = 0

    async def session(self, **body: Any) -> dict[str, Any]:
        response = await self.client.post("/channels/web/sessions", json=body)
        assert response.status == 200, await response.text()
        opened: dict[str, Any] = await response.json()
        return opened

    async def say(self, session: str, text: str, **more: Any) -> dict[str, Any]:
        """Send a text and wait for its replies."""
        self.counter += 1
        body = {"session": session, "client_id": f"c{self.counter}", "text": text, **more}
        response = await self.client.post("/channels/web/messages?wait=10", json=body)
        assert response.status == 200, await response.text()
        answered: dict[str, Any] = await response.json()
        return answered

    async def press(self, session: str, payload: str) -> dict[str, Any]:
        self.counter += 1
        body = {"session": session, "client_id": f"c{self.counter}", "payload": payload}
        response = await self.client.post("/channels/web/messages?wait=10", json=body)
        assert response.status == 200, await response.text()
        answered: dict[str, Any] = await response.json()
        return answered

    async def log_in(self, username: str = "lin") -> dict[str, str]:
        """Returns the headers that an agent's actions need; the cookie is in the client."""
        response = await self.client.post("/desk/api/login", json={"username": username, "password": PASSWORD})
        assert response.status == 200, await response.text()
        return {"X-CSRF-Token": (await response.json())["csrf"]}


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until it holds; fails when it does not come true in time."""

    async def watch() -> None:
        while not await condition():  # noqa: ASYNC110 (what is waited for happens behind HTTP)
            await asyncio.sleep(0.01)

    await asyncio.wait_for(watch(), seconds)


async def error_of(response: Any) -> tuple[int, str]:
    """Status and code of a refusal, whose sentence must be there as well."""
    body = await response.json()
    assert set(body) == {"error"}
    assert body["error"]["message"].strip()
    return response.status, body["error"]["code"]


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Argon2 is made to be slow; what is tested here is everything around it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts_module, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        patch.setattr(accounts_module, "_dummy", None)
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with two agents and a supervisor in it."""
    path = sqlite_template(tmp_path_factory.mktemp("gateway"))

    async def add_agents() -> None:
        database = Database(f"sqlite:///{path}")
        accounts = Accounts(database)
        await accounts.add_agent("lin", "小林", "agent", "zh", PASSWORD)
        await accounts.add_agent("sam", "Sam", "agent", "en", PASSWORD)
        await accounts.add_agent("boss", "Morgan", "supervisor", "en", PASSWORD)
        await database.close()

    with cheap_passwords():
        asyncio.run(add_agents())
    return path


@pytest.fixture
def database_url(template: Path, tmp_path: Path) -> str:
    return copy_of(template, tmp_path)


@asynccontextmanager
async def running(
    database_url: str,
    home: Path,
    *,
    started: bool = True,
    real: Mapping[str, Any] | None = None,
    mailer: Mailer | None = None,
    **changes: Any,
) -> AsyncIterator[World]:
    """A server over this database; ``started`` False leaves the queue standing, as while the brain loads. ``real``:
    parts to take instead of the fakes."""
    settings = replace(
        Settings(home=home, database_url=database_url, identity_secret=IDENTITY_SECRET, rate_per_session=1000),
        **changes,
    )
    numbers = Metrics()
    database = Database(database_url)
    store = SqlAlchemyStore(database)
    notifier, given = InProcessNotifier(), {"brain": FakeBrain(), **(real or {})}
    parts = fake_parts(
        metered(store, numbers),
        notifier=notifier,
        channels={"web": WebChannel(notifier)},
        joining=Joining(JoinStore(database), load_join_rules(), frozenset({"web", "wechat"})),
        **given,
    )
    queue = InProcessQueue(lambda conversation_id: drain(parts, conversation_id), lambda: unfinished(parts))
    parts = replace(parts, queue=queue)
    accounts, readiness = Accounts(database, settings.session_days), FakeReadiness()
    knowledge, records = FakeKnowledge(), FakeRecords()
    media = MediaStore(database, home)
    platforms = Platforms(media, MediaFetcher(media, {}), CallbackNonces(database))
    app = create_app(
        parts, settings, accounts, readiness, knowledge, records, metrics=numbers, platforms=platforms, mailer=mailer
    )
    if started:
        await queue.start()
    with cheap_passwords():
        async with TestClient(TestServer(app)) as client:
            brain = given["brain"]
            yield World(client, parts, queue, brain, accounts, readiness, knowledge, records, media)
    await queue.stop()
    await database.close()


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(database_url, tmp_path) as one:
        yield one
