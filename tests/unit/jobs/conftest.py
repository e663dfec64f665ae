"""The demo shop with the core around it; only the brain and the channel are faked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from actions.records import demo
from actions.records.database import Database
from bot.ports import Parts
from bot.responses import ResponseCatalogue
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeChannel, fake_parts

ROOT = Path(__file__).resolve().parent.parent.parent.parent
TODAY = date(2026, 11, 21)


class Clock:
    """Noon in the shop, until told to go on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, **passed: float) -> None:
        self.time += timedelta(**passed)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def shop(template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(copy_of(template, tmp_path))
    await demo.seed(database, TODAY)
    yield database
    await database.close()


@pytest.fixture
def parts(shop: Database) -> Parts:
    responses = ResponseCatalogue.load(ROOT / "data" / "responses")
    return fake_parts(SqlAlchemyStore(shop), channels={"web": FakeChannel()}, responses=responses)
