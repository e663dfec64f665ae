"""A demo shop, in SQLite and in PostgreSQL, and a clock that stands where a test puts it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from actions.records import demo
from actions.records.database import Database
from tests.databases import copy_of, postgres_copy

TODAY = date(2026, 11, 21)


class Clock:
    """Stands still until told to go on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, minutes: float) -> None:
        self.time += timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def shop_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield copy_of(request.getfixturevalue("template"), tmp_path)
        return
    with postgres_copy(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
async def shop(shop_url: str) -> AsyncIterator[Database]:
    """The six demo orders, as the migrations and the seeding make them."""
    database = Database(shop_url)
    await demo.seed(database, TODAY)
    yield database
    await database.close()
