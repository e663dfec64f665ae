"""A connection to the shop's own database: reading cannot write, and nothing of theirs is altered or created."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.engine.url import URL

from actions.records.database import connection_limits

T = TypeVar("T")
_WRITE = "kefu_shop_write"
_LOCK_SECONDS = 5
_DRIVERS = {
    "mysql": ("mysql+pymysql", "pymysql"),
    "mariadb": ("mariadb+pymysql", "pymysql"),
    "mssql": ("mssql+pyodbc", "pyodbc"),
    "oracle": ("oracle+cx_oracle", "cx_oracle"),
}


class ShopDatabaseUnusable(ValueError):
    """KEFU_RECORDS_URL is no address that can be used; the text says what to do and shows no password."""


class ShopDatabase:
    """Each piece of work is one transaction on a thread, as in ``actions.records.database``."""

    def __init__(self, url: str, *, threads: int = 4) -> None:
        self.engine = _engine(url, threads)
        self._for_writing = self.engine.execution_options(**{_WRITE: True})
        self._threads = ThreadPoolExecutor(threads, "shop-database")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """In a read-only transaction, where the database knows such a thing."""
        return await self._on(self.engine, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self._on(self._for_writing, work)

    async def close(self) -> None:
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        self._threads.shutdown()
        self.engine.dispose()

    async def _on(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        def transaction() -> T:
            with engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, transaction)


def _engine(given: str, threads: int) -> Engine:
    url = _url(given)
    options: dict[str, Any] = {"future": True, "hide_parameters": True}
    backend = url.get_backend_name()
    if backend == "sqlite":
        arguments = {"check_same_thread": False, "timeout": _LOCK_SECONDS}
        engine = sa.create_engine(url, poolclass=sa.pool.QueuePool, connect_args=arguments, **options)
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    arguments = connection_limits(url) if backend == "postgresql" else {}
    try:
        engine = sa.create_engine(
            url, pool_size=threads, max_overflow=0, pool_pre_ping=True, connect_args=arguments, **options
        )
    except ImportError as error:
        package = _DRIVERS.get(backend, ("", str(error.name)))[1]
        raise ShopDatabaseUnusable(
            f"KEFU_RECORDS_URL names {backend!r}, whose driver is not installed. "
            f"Install it into Kefu's environment: .venv/bin/python -m pip install {package}"
        ) from error
    if backend in ("postgresql", "mysql", "mariadb"):
        sa.event.listen(engine, "begin", _begin_server)
    return engine


def _url(given: str) -> URL:
    try:
        url = make_url("postgresql" + given[len("postgres") :] if given.startswith("postgres:") else given)
        backend = url.get_backend_name()
    except (ValueError, sa.exc.ArgumentError):
        raise ShopDatabaseUnusable(
            "KEFU_RECORDS_URL cannot be read. Write kind://user:password@host:port/database, such as "
            "mysql://reader:secret@127.0.0.1:3306/shop; special signs in the password as %XX."
        ) from None
    if backend == "sqlite" and not Path(str(url.database)).is_file():
        raise ShopDatabaseUnusable(f"KEFU_RECORDS_URL: there is no SQLite file {url.database!r}. Correct the path.")
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg2")
    driver = _DRIVERS.get(backend)
    return url.set(drivername=driver[0]) if driver and "+" not in url.drivername else url


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_server(connection: Connection) -> None:
    if not connection.get_execution_options().get(_WRITE):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
