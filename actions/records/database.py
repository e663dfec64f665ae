"""The one database: what is read or changed together runs as one transaction, on a thread of its own.

Blocking drivers on threads rather than asyncio ones: an asyncio driver for SQLite is a thread as well, but goes there
and back for every statement, 170 times a turn (docs/decisions/0012). A thread belongs to no event loop, so the gateway
and the brain share one database and one writer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.engine.url import URL
from typing_extensions import ParamSpec

BUSY_TIMEOUT_SECONDS = 10
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg2"}
_WRITE = "kefu_write"

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseUnusable(ValueError):
    """The database cannot be opened, or KEFU_DATABASE_URL is none; the text says what to do and shows no password."""


class Database:
    """SQLite or PostgreSQL. ``work(connection, …)`` is one transaction: kept when it returns, undone when it raises.

    On SQLite all writing takes turns on one thread: measured on a deferred ``BEGIN`` that later writes, the file fails
    with "database is locked" in spite of any time-out, and many writers wait in jumps of 100 ms.
    """

    def __init__(self, database_url: str, *, threads: int = 8) -> None:
        url = driver_url(database_url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.engine = _sqlite(url, threads + 1) if self.is_sqlite else _postgres(url, threads)
        self._for_writing = self.engine.execution_options(**{_WRITE: True})
        self._readers = ThreadPoolExecutor(threads, "database")
        self._writers = ThreadPoolExecutor(1, "database-writer") if self.is_sqlite else self._readers

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``work`` sees one consistent state on SQLite; it must not write."""
        return await _on(self._readers, self.engine, work, *args, **kwargs)

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Begun with the lock that writing needs. Cancelling the caller does not undo what is under way."""
        return await _on(self._writers, self._for_writing, work, *args, **kwargs)

    async def ping(self) -> None:
        """Connect; raises the driver's own error where that fails."""
        await self.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())

    async def close(self) -> None:
        """Finish what is under way, then let go of threads and connections."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """The same where no event loop runs."""
        self._readers.shutdown()
        self._writers.shutdown()
        self.engine.dispose()


async def _on(
    threads: ThreadPoolExecutor,
    engine: Engine,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    def transaction() -> T:
        with engine.begin() as connection:
            return work(connection, *args, **kwargs)

    return await asyncio.get_running_loop().run_in_executor(threads, transaction)


def driver_url(database_url: str) -> URL:
    """The URL with the driver we use; raises DatabaseUnusable for anything but SQLite and PostgreSQL."""
    # Hosting services write postgres://, which SQLAlchemy does not know.
    old = database_url.startswith("postgres:")
    try:
        url = make_url("postgresql" + database_url[len("postgres") :] if old else database_url)
    except (ValueError, sa.exc.ArgumentError):
        # Their own words quote the URL.
        raise DatabaseUnusable(
            "KEFU_DATABASE_URL cannot be read. Write postgresql://user:password@host:port/database; special signs in "
            "the password as %XX (@ is %40, / is %2F)."
        ) from None
    backend = url.get_backend_name()
    if backend not in _DRIVERS:
        raise DatabaseUnusable(
            f"KEFU_DATABASE_URL names {backend!r}. Use sqlite:///path/to/kefu.db or postgresql://user:password@host/database."
        )
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise DatabaseUnusable(
            "KEFU_DATABASE_URL must name a SQLite file, such as sqlite:///var/kefu.db: memory forgets."
        )
    return url.set(drivername=_DRIVERS[backend])


def _json(value: Any) -> str:
    # A fact that JSON does not know (a date, say) is kept as its text: refusing it would block the conversation.
    return json.dumps(value, ensure_ascii=False, default=str)


def _engine(url: URL, connections: int, **options: Any) -> Engine:
    return sa.create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        json_serializer=_json,
        # Errors are logged, and the values of a statement are customers' words.
        hide_parameters=True,
        future=True,
        **options,
    )


def connection_limits(url: URL) -> dict[str, int]:
    """Options of a connection to PostgreSQL; those in the operator's URL are left as they are."""
    # In seconds, the last one in milliseconds: when to give up a server that does not answer.
    limits = {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    }
    return {name: limit for name, limit in limits.items() if name not in url.query}


def _postgres(url: URL, connections: int) -> Engine:
    # Asked before use: a server that restarted must not fail the first message after it.
    return _engine(url, connections, pool_pre_ping=True, connect_args=connection_limits(url))


def _sqlite(url: URL, connections: int) -> Engine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    in_any_thread = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_SECONDS}
    engine = _engine(url, connections, poolclass=sa.pool.QueuePool, connect_args=in_any_thread)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions are switched off: we send BEGIN ourselves, see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once; a deferred transaction that reads first cannot wait for it.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN")
