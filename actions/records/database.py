"""Opens the database for the actions: one async engine a process and event loop.

Writes begin with the lock they need. On SQLite a deferred ``BEGIN`` that later turns into a write fails with "database
is locked" whatever the time-out, so writing transactions say ``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, StaticPool

BUSY_TIMEOUT_SECONDS = 10
_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_WRITING = "kefu_writing"


def open_database(url: str) -> AsyncEngine:
    """An engine for ``sqlite:///path`` or ``postgresql://…`` (a driver in the URL is replaced by the async one).

    Raises ValueError for any other database.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in _ASYNC_DRIVERS:
        raise ValueError(f"KEFU_DATABASE_URL: use sqlite:///file or postgresql://…, not {backend}://")
    parsed = parsed.set(drivername=_ASYNC_DRIVERS[backend])
    if backend == "postgresql":
        return create_async_engine(parsed, pool_size=5, max_overflow=5, pool_pre_ping=True)
    in_memory = parsed.database in (None, "", ":memory:")
    engine = create_async_engine(
        parsed,
        poolclass=StaticPool if in_memory else AsyncAdaptedQueuePool,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
        **({} if in_memory else {"pool_size": 4, "max_overflow": 0}),
    )
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that may write; committed at the end, rolled back on an exception."""
    async with engine.connect() as connection:
        await connection.execution_options(**{_WRITING: True})
        async with connection.begin():
            yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that only reads, so that what it reads fits together."""
    async with engine.connect() as connection, connection.begin():
        yield connection


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writing_now = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing_now else "BEGIN")
