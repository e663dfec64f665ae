"""``kefu db upgrade``: bring a database to the newest revision, and tell which one it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL

from actions.records.database import DatabaseUnusable, connection_limits, driver_url

_SCRIPTS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 5338  # any number, if it stays the same


@dataclass(frozen=True)
class RevisionState:
    """``current`` is None for a database that was never upgraded."""

    current: str | None
    newest: str

    @property
    def up_to_date(self) -> bool:
        return self.current == self.newest


def upgrade(database_url: str) -> None:
    """Create or change every table; does nothing where nothing is missing. Raises DatabaseUnusable.

    Blocking: call it before the loop starts. All of it or nothing, even when it is killed; of two at once, the second
    waits and finds nothing missing.
    """
    with _connected(database_url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision_state(database_url: str) -> RevisionState:
    """For ``kefu doctor``; raises DatabaseUnusable where the database cannot be reached."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise RuntimeError(
            f"There are no migrations in {_SCRIPTS}: the installation is incomplete, install Kefu again."
        )
    url = driver_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return RevisionState(None, newest)  # looking must not create the file
    with _connected(database_url) as connection:
        return RevisionState(MigrationContext.configure(connection).get_current_revision(), newest)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


@contextmanager
def _connected(database_url: str) -> Iterator[Connection]:
    url = driver_url(database_url)
    with told_if_unusable(), _engine(url) as engine, engine.begin() as connection:
        yield connection


@contextmanager
def told_if_unusable() -> Iterator[None]:
    """What keeps a database from being opened becomes DatabaseUnusable, whose text says what to do."""
    try:
        yield
    except (OSError, sa.exc.OperationalError) as error:
        said = str(getattr(error, "orig", error)).strip()
        raise DatabaseUnusable(
            f"the database of KEFU_DATABASE_URL cannot be opened: {said}\n"
            "  Remedy: start its server, correct the address or its access rights; `kefu doctor` looks again."
        ) from error


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    is_sqlite = url.get_backend_name() == "sqlite"
    limits = {} if is_sqlite else connection_limits(url)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=limits)
    if is_sqlite:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        # Left to itself, Python's driver opens no transaction for CREATE TABLE: a kill would leave half of the tables.
        sa.event.listen(engine, "connect", _no_transactions_of_its_own)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        yield engine
    finally:
        engine.dispose()


def _no_transactions_of_its_own(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
