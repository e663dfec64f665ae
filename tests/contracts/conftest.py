"""Every store test runs over SQLite and over a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from actions.records.database import Database
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of, postgres_copy
from tests.fakes import FakeQueue


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield copy_of(request.getfixturevalue("template"), tmp_path)
        return
    with postgres_copy(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database, queue: FakeQueue) -> SqlAlchemyStore:
    return SqlAlchemyStore(database, queue=queue)
