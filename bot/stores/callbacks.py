"""Call-backs seen lately, so that a signature that somebody overheard cannot carry another message; and cursors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from actions.records.database import Database
from bot.stores.rows import now
from bot.stores.tables import callback_nonces, platform_cursors

KEPT_SECONDS = 3600.0
"""Longer than any call-back is believed."""


class CallbackNonces:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_new_or_same(self, channel: str, nonce: str, digest: str) -> bool:
        """False when this nonce came before with another content. The same again is a platform that tries again."""
        try:
            return await self._database.write(_keep, channel, nonce, digest)
        except IntegrityError:  # both at once
            return await self._database.write(_keep, channel, nonce, digest)


def _keep(connection: Connection, channel: str, nonce: str, digest: str) -> bool:
    at, table = now(), callback_nonces
    connection.execute(sa.delete(table).where(table.c.seen_at < at - timedelta(seconds=KEPT_SECONDS)))
    known = connection.execute(sa.select(table.c.digest).where(table.c.channel == channel, table.c.nonce == nonce))
    earlier = known.scalar()
    if earlier is not None:
        return bool(earlier == digest)
    connection.execute(sa.insert(table).values(channel=channel, nonce=nonce, digest=digest, seen_at=at))
    return True


@dataclass(frozen=True)
class Cursor:
    """How far a platform's messages were read. ``permit``: what the platform gave to read on; None: all is read."""

    name: str
    position: str
    permit: str | None = field(default=None, repr=False)


class Cursors:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, name: str, permit: str) -> None:
        """There is something to read: kept until ``done``, so that a crash does not forget it."""
        try:
            await self._database.write(_ask, name, permit)
        except IntegrityError:
            await self._database.write(_ask, name, permit)

    async def read(self, name: str) -> Cursor | None:
        return await self._database.read(_read_cursor, name)

    async def asked(self) -> list[Cursor]:
        """Those with something to read."""
        return await self._database.read(_asked)

    async def move(self, name: str, position: str, *, done_with: str | None = None) -> None:
        """Everything up to ``position`` is stored. ``done_with``: the permit all was read with; a newer one stays."""
        await self._database.write(_move, name, position, done_with)


def _ask(connection: Connection, name: str, permit: str) -> None:
    table, values = platform_cursors, {"permit": permit, "asked_at": now()}
    if not connection.execute(sa.update(table).where(table.c.name == name).values(values)).rowcount:
        connection.execute(sa.insert(table).values(name=name, cursor="", **values))


def _read_cursor(connection: Connection, name: str) -> Cursor | None:
    row = connection.execute(sa.select(platform_cursors).where(platform_cursors.c.name == name)).mappings().first()
    return Cursor(row["name"], row["cursor"], row["permit"]) if row else None


def _asked(connection: Connection) -> list[Cursor]:
    rows = connection.execute(
        sa.select(platform_cursors).where(platform_cursors.c.permit.is_not(None)).order_by(platform_cursors.c.asked_at)
    )
    return [Cursor(row["name"], row["cursor"], row["permit"]) for row in rows.mappings()]


def _move(connection: Connection, name: str, position: str, done_with: str | None) -> None:
    table = platform_cursors
    connection.execute(sa.update(table).where(table.c.name == name).values(cursor=position))
    if done_with is not None:
        connection.execute(
            sa.update(table).where(table.c.name == name, table.c.permit == done_with).values(permit=None, asked_at=None)
        )
