"""A lease: of several processes one has it at a time, and loses it when it stays away for too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from actions.records.database import Database
from bot.stores.rows import now as utc_now
from bot.stores.tables import job_leases


class DatabaseLease:
    """``lasts``: how long it stays this process's own without another ``hold``."""

    def __init__(
        self,
        database: Database,
        name: str,
        *,
        lasts: timedelta = timedelta(minutes=2),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._name = name
        self._lasts = lasts
        self._now = now
        self._holder = uuid4().hex

    async def hold(self) -> bool:
        try:
            return await self._database.write(self._take)
        except IntegrityError:
            return False  # another process made the row in the same moment

    async def let_go(self) -> None:
        """The next process need not wait for its end."""
        mine = sa.and_(job_leases.c.name == self._name, job_leases.c.holder == self._holder)

        def release(connection: Connection) -> None:
            connection.execute(job_leases.delete().where(mine))

        await self._database.write(release)

    def _take(self, connection: Connection) -> bool:
        now = self._now()
        free = sa.or_(job_leases.c.holder == self._holder, job_leases.c.until <= now)
        given = {"holder": self._holder, "until": now + self._lasts}
        changed = connection.execute(job_leases.update().where(job_leases.c.name == self._name, free).values(**given))
        if changed.rowcount:
            return True
        known = sa.select(job_leases.c.name).where(job_leases.c.name == self._name)
        if connection.execute(known).first() is not None:
            return False
        connection.execute(job_leases.insert().values(name=self._name, **given))
        return True
