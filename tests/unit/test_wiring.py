"""What the wiring makes by itself."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.records import clock
from actions.records.database import Database
from actions.records.tables import orders
from bot.settings import Settings
from bot.wiring_demo import demo_password, seed_demo
from tests.databases import copy_of, rows


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url="sqlite:///unused.db")


def test_the_demo_password_is_made_once_and_readable_by_its_owner_only(settings: Settings) -> None:
    made = demo_password(settings)
    assert len(made) >= 12
    assert demo_password(settings) == made
    assert (settings.home / "demo-password").stat().st_mode & 0o077 == 0


def test_a_demo_password_is_never_empty(settings: Settings) -> None:
    """As a kill or a full disk leaves it in the middle of its making."""
    (settings.home / "demo-password").touch()
    made = demo_password(settings)
    assert len(made) >= 12
    assert demo_password(settings) == made


async def test_the_demo_orders_follow_the_shops_calendar(
    settings: Settings, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At eight in the evening in London it is the next morning in the shop."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, 20, tzinfo=timezone.utc))
    database = Database(copy_of(template, tmp_path))
    await seed_demo(settings, database)
    promised = sa.select(orders.c.promised_on).where(orders.c.order_number == "SO202611010002")
    assert await rows(database, promised) == [(date(2026, 3, 3),)]
    await database.close()
