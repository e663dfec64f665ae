"""The async engine, and the two kinds of transaction: reading and writing.

Measured on SQLite: a deferred ``BEGIN`` that later writes fails with "database is locked" in spite of
any time-out; ``BEGIN IMMEDIATE`` and one writer at a time in the process do not, and are the fastest.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.engine.url import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_SYNC_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg2"}
_WRITE = "kefu_write"


def async_url(database_url: str) -> URL:
    """The same database with its asyncio driver; raises ValueError for anything but SQLite and PostgreSQL."""
    return _with_driver(database_url, _ASYNC_DRIVERS)


def sync_url(database_url: str) -> URL:
    """The same database with its blocking driver (migrations)."""
    return _with_driver(database_url, _SYNC_DRIVERS)


def _with_driver(database_url: str, drivers: dict[str, str]) -> URL:
    url = make_url(
        "postgresql" + database_url[len("postgres") :] if database_url.startswith("postgres:") else database_url
    )
    backend = url.get_backend_name()
    if backend not in drivers:
        raise ValueError(
            f"KEFU_DATABASE_URL names {backend!r}. Use sqlite:///path/to/kefu.db or postgresql://user:password@host/database."
        )
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("KEFU_DATABASE_URL must name a SQLite file, such as sqlite:///var/kefu.db: memory forgets.")
    return url.set(drivername=drivers[backend])


class Database:
    """One engine with its reading and writing transactions; bound to the event loop it is first used on."""

    def __init__(self, database_url: str, *, connections: int = 10) -> None:
        self.url = async_url(database_url)
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _make_engine(self.url, connections, self._is_sqlite)
        self._writer = self.engine.execution_options(**{_WRITE: True})
        self._write_lock = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view; nothing may be written through it."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back when it raises."""
        if not self._is_sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._write_lock, self._writer.begin() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()


def _make_engine(url: URL, connections: int, is_sqlite: bool) -> AsyncEngine:
    common: dict[str, Any] = {
        "poolclass": AsyncAdaptedQueuePool,
        "pool_size": connections,
        "max_overflow": 0,
        # A fact that JSON does not know (a date, say) is kept as its text: refusing it would block the conversation.
        "json_serializer": lambda value: json.dumps(value, ensure_ascii=False, default=str),
    }
    if not is_sqlite:
        # A server that restarted must not fail the first message after it.
        return create_async_engine(url, pool_pre_ping=True, **common)
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, **common)
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # The driver's own transactions are switched off: we send BEGIN ourselves, see _begin_sqlite.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # IMMEDIATE takes the write lock at once; a deferred transaction that reads first cannot wait for it.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN")
