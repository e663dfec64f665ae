"""A real store on SQLite; everything else is faked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actions.records.database import Database
from bot.ports import Parts
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeBrain, FakeChannel, fake_parts


@pytest.fixture
async def store(template: Path, tmp_path: Path) -> AsyncIterator[SqlAlchemyStore]:
    database = Database(copy_of(template, tmp_path))
    yield SqlAlchemyStore(database)
    await database.close()


@pytest.fixture
def brain() -> FakeBrain:
    return FakeBrain()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def parts(store: SqlAlchemyStore, brain: FakeBrain, channel: FakeChannel) -> Parts:
    return fake_parts(store, brain=brain, channels={channel.name: channel})
