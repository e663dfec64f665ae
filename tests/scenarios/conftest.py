"""The trained model, loaded once; a seeded shop for each scenario."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from actions import services
from actions.records import clock, demo
from actions.records.database import Database
from bot.ports import Parts
from bot.queue.notifier import InProcessNotifier
from bot.responses import ResponseCatalogue
from bot.rules import load_handoff_rules
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeQueue
from tests.scenarios.shop import Silent, services_for

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def seeded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the demo shop in it."""
    folder = tmp_path_factory.mktemp("seeded")
    url = copy_of(template, folder)

    async def seed() -> None:
        database = Database(url)
        await demo.seed(database, clock.shop_day(clock.now()))
        await database.close()  # the last connection writes the log into the file that is copied

    asyncio.run(seed())
    return next(folder.glob("*.db"))


@pytest.fixture(scope="session")
def brain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The brain, with dialogue state of its own; trains first when the files have changed."""
    from bot.brain.rasa_agent import RasaBrain
    from bot.brain.train import ensure_model

    folder = tmp_path_factory.mktemp("brain")
    model = ensure_model(Path(os.environ.get("KEFU_HOME", "var")).resolve())
    loaded = RasaBrain.load(model, folder, f"sqlite:///{folder / 'unused.db'}")
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def shared_services(tmp_path_factory: pytest.TempPathFactory) -> services.Services:
    """Only its articles are used. Opened before the first turn, as ``kefu run`` does: it takes seconds."""
    folder = tmp_path_factory.mktemp("shared")
    built = services.build(Database(f"sqlite:///{folder / 'unused.db'}"))
    _ = built.knowledge
    return built


@pytest.fixture(scope="session")
def responses() -> ResponseCatalogue:
    return ResponseCatalogue.load(ROOT / "data" / "responses")


@pytest.fixture
def shop_url(seeded: Path, tmp_path: Path) -> str:
    return copy_of(seeded, tmp_path)


@pytest.fixture
async def database(shop_url: str) -> AsyncIterator[Database]:
    opened = Database(shop_url)
    yield opened
    await opened.close()


@pytest.fixture
async def parts(
    database: Database, brain: object, shared_services: services.Services, responses: ResponseCatalogue
) -> Parts:
    services.install(services_for(database, shared_services))
    return Parts(
        store=SqlAlchemyStore(database, queue=FakeQueue()),
        queue=FakeQueue(),
        brain=brain,  # type: ignore[arg-type]
        notifier=InProcessNotifier(),
        responses=responses,
        channels={"web": Silent()},
        handoff_rules=load_handoff_rules(ROOT / "rules" / "handoff.yml", known_responses=responses.keys()),
    )


@pytest.fixture
async def shop_system(seeded: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """The database of a shop that keeps its orders in a system of its own."""
    opened = Database(copy_of(seeded, tmp_path))
    yield opened
    await opened.close()
