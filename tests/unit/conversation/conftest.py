"""A real store on SQLite; everything else is faked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import Parts
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeBrain, FakeChannel, fake_parts


@pytest.fixture
async def store(template: Path, tmp_path: Path) -> AsyncIterator[SqlAlchemyStore]:
    opened = SqlAlchemyStore(copy_of(template, tmp_path))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def brain() -> FakeBrain:
    return FakeBrain()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def parts(store: SqlAlchemyStore, brain: FakeBrain, channel: FakeChannel) -> Parts:
    return fake_parts(store, brain=brain, channels={channel.name: channel})
