"""The migrations make exactly the tables that the code speaks of."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from actions.records import care_tables
from actions.records import tables as records
from actions.records.database import driver_url
from bot.stores import join_tables, migrate, tables
from bot.stores.migrate import RevisionState, revision_state, upgrade


def test_nothing_differs_from_the_tables(database_url: str) -> None:
    engine = sa.create_engine(driver_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [tables.metadata, records.metadata]) == []
        assert care_tables.metadata is records.metadata
        assert join_tables.metadata is tables.metadata
    engine.dispose()


def test_upgrading_again_does_nothing(database_url: str) -> None:
    upgrade(database_url)
    assert revision_state(database_url).up_to_date


@pytest.fixture
def empty_url(database_url: str) -> str:
    """A database without any table."""
    url = driver_url(database_url)
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).unlink()
    else:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    return database_url


def test_an_upgrade_cut_short_leaves_nothing_behind(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(op, "create_index", killed)
        with pytest.raises(Killed):
            upgrade(empty_url)
    upgrade(empty_url)
    assert revision_state(empty_url).up_to_date


def test_of_upgrades_at_once_one_does_the_work(empty_url: str) -> None:
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as processes:
        for done in [processes.submit(upgrade, empty_url) for _ in range(3)]:
            done.result(120)
    assert revision_state(empty_url).up_to_date


def test_sessions_from_before_count_as_used_at_the_upgrade(database_url: str) -> None:
    """Not as never used: a customer who was here yesterday must not be a stranger today."""
    engine, begun = sa.create_engine(driver_url(database_url)), datetime.now(timezone.utc)
    config = migrate._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
        long_ago = datetime(2025, 1, 1, tzinfo=timezone.utc)
        conversation = {
            "id": "c" * 32,
            "channel": "web",
            "sender": "s",
            "owner": "bot",
            "language": "zh",
            "fresh": False,
        }
        numbers = dict.fromkeys(("version", "episode", "last_seq", "misunderstandings", "mood"), 0)
        dates = {"created_at": long_ago, "updated_at": long_ago}
        connection.execute(sa.insert(tables.conversations).values(**conversation, **numbers, **dates))
        before = sa.table("web_sessions", *map(sa.column, ("token_hash", "conversation_id", "created_at")))
        connection.execute(
            sa.insert(before).values(token_hash="t", conversation_id="c" * 32, created_at="2025-01-01 00:00:00.000000")
        )
    upgrade(database_url)
    with engine.begin() as connection:
        session = connection.execute(sa.select(tables.web_sessions)).one()
        assert session.created_at == long_ago
        assert begun <= session.used_at <= datetime.now(timezone.utc)
    engine.dispose()
    test_nothing_differs_from_the_tables(database_url)


def test_a_database_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "kefu.db"
    state = revision_state(f"sqlite:///{path}")
    assert state == RevisionState(None, state.newest)
    assert not state.up_to_date
    assert not path.exists()
    upgrade(f"sqlite:///{path}")
    assert revision_state(f"sqlite:///{path}").up_to_date


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_will_not_do_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="KEFU_DATABASE_URL"):
        driver_url(url)


def test_the_address_that_operators_know_gets_its_driver() -> None:
    for known in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+asyncpg://u@h/d"):
        assert str(driver_url(known)) == "postgresql+psycopg2://u@h/d"
    assert str(driver_url("sqlite:///var/kefu.db")) == "sqlite:///var/kefu.db"
