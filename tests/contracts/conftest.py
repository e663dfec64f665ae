"""Every store test runs over SQLite and over a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

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
async def store(database_url: str, queue: FakeQueue) -> AsyncIterator[SqlAlchemyStore]:
    opened = SqlAlchemyStore(database_url, queue=queue)
    await opened.open()
    yield opened
    await opened.close()
