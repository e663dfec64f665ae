"""Platforms' access tokens, and the lease of the one process that fetches the next: ``channels.tokens.Shelf``."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from actions.records.database import Database
from bot.stores.rows import now
from bot.stores.tables import platform_tokens as table


class TokenShelf:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, name: str) -> tuple[str, float] | None:
        return await self._database.read(_read, name)

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        try:
            return await self._database.write(_lease, name, holder, seconds)
        except IntegrityError:
            return False  # another process put the row there in the same moment

    async def write(self, name: str, holder: str, token: str, expires_at: float) -> None:
        """Kept only by the holder: one whose lease ran out must not put an older token over a newer."""
        await self._database.write(_write, name, holder, token, expires_at)

    async def give_back(self, name: str, holder: str) -> None:
        await self._database.write(_give_back, name, holder)


def _read(connection: Connection, name: str) -> tuple[str, float] | None:
    row = connection.execute(sa.select(table).where(table.c.name == name)).mappings().first()
    if row is None or row["token"] is None or row["expires_at"] is None:
        return None
    return row["token"], row["expires_at"].timestamp()


def _lease(connection: Connection, name: str, holder: str, seconds: float) -> bool:
    at = now()
    free = sa.or_(table.c.holder.is_(None), table.c.holder == holder, table.c.held_until < at)
    until = at + timedelta(seconds=seconds)
    taken = connection.execute(
        sa.update(table).where(table.c.name == name, free).values(holder=holder, held_until=until)
    )
    if taken.rowcount:
        return True
    if connection.execute(sa.select(table.c.name).where(table.c.name == name)).first() is not None:
        return False
    connection.execute(sa.insert(table).values(name=name, holder=holder, held_until=until))
    return True


def _write(connection: Connection, name: str, holder: str, token: str, expires_at: float) -> None:
    connection.execute(
        sa.update(table)
        .where(table.c.name == name, table.c.holder == holder)
        .values(
            token=token,
            expires_at=datetime.fromtimestamp(expires_at, timezone.utc),
            holder=None,
            held_until=None,
        )
    )


def _give_back(connection: Connection, name: str, holder: str) -> None:
    connection.execute(
        sa.update(table).where(table.c.name == name, table.c.holder == holder).values(holder=None, held_until=None)
    )
