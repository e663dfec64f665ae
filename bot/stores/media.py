"""Customers' files: what is to be fetched from platforms stands in the database, the files lie under KEFU_HOME.

Desk agents read them at ``/desk/api/media/ID``, customers of the web their own (``gateway/web_files.py``). A platform
keeps a file for about three days, so it is fetched as soon as its message is stored, and tried again until then.
A browser brings its file before the message: such a file is ``offered`` until a message names it, or a day is over.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from actions.records.database import Database
from bot.file_types import type_of
from bot.messages import Attachment
from bot.stores.rows import new_id, now
from bot.stores.tables import channel_media as table

ADDRESS = "/desk/api/media/"
PENDING, KEPT, LOST, OFFERED = "pending", "kept", "lost", "offered"
OFFERED_FOR = timedelta(days=1)
MOST_TRIES = 12
_TYPES = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4", "file": "application/octet-stream"}


@dataclass(frozen=True)
class MediaFile:
    """``state``: pending, kept, lost or offered. ``size`` in bytes, 0 until it is here."""

    id: str
    channel: str
    media_id: str
    name: str
    state: str
    content_type: str
    size: int
    tries: int

    @property
    def attachment(self) -> Attachment:
        return Attachment(self.name, self.content_type, self.size, ADDRESS + self.id)


class MediaStore:
    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._folder = home / "media"

    async def promise(self, channel: str, media_id: str, kind: str, name: str) -> Attachment:
        """What the message shows from now on; the file follows. The same file again is the same attachment."""
        try:
            found = await self._database.write(_promise, channel, media_id, kind, name)
        except IntegrityError:
            found = await self._database.write(_promise, channel, media_id, kind, name)
        return found.attachment

    async def offer(self, channel: str, media_id: str, name: str, data: bytes) -> MediaFile:
        """Keep what a customer brings before their message; the same ``media_id`` again is the file that came first."""
        file_id = new_id()
        await asyncio.to_thread(self._write, file_id, data)
        values = {"name": name[:128], "state": OFFERED, "content_type": type_of(data), "size": len(data)}
        row = _row(file_id, channel, media_id, now() + OFFERED_FOR, values)
        try:
            return await self._database.write(_insert, row)
        except IntegrityError:
            await asyncio.to_thread(self._remove, file_id)
            first = await self.find_by_media_id(channel, media_id)
            assert first is not None
            return first

    async def sent(self, file: MediaFile) -> Attachment:
        """A message names an offered file: from now on it is kept."""
        await self._database.write(_change, file.id, {"state": KEPT, "next_try_at": None})
        return file.attachment

    async def drop_unsent(self, channel: str) -> int:
        """Files that no message named in time; returns how many."""
        unsent = [file for file in await self.due([channel]) if file.state == OFFERED]
        for file in unsent:
            if await self._database.write(_drop_offered, file.id):
                await asyncio.to_thread(self._remove, file.id)
        return len(unsent)

    async def find_by_media_id(self, channel: str, media_id: str) -> MediaFile | None:
        return await self._database.read(_find_by_media_id, channel, media_id)

    async def find(self, file_id: str) -> MediaFile | None:
        return await self._database.read(_find, file_id)

    async def due(self, channels: list[str]) -> list[MediaFile]:
        return await self._database.read(_due, channels)

    async def keep(self, file: MediaFile, data: bytes) -> MediaFile:
        """The type is what the bytes say, never what the platform or a customer says."""
        await asyncio.to_thread(self._write, file.id, data)
        values = {"state": KEPT, "content_type": type_of(data), "size": len(data), "next_try_at": None}
        await self._database.write(_change, file.id, values)
        kept = await self.find(file.id)
        assert kept is not None
        return kept

    async def failed(self, file: MediaFile, *, for_good: bool = False) -> None:
        """Tried again later, twice as late each time; after about two days, or ``for_good``, it counts as lost."""
        tries = file.tries + 1
        gone = for_good or tries >= MOST_TRIES
        later = None if gone else now() + timedelta(seconds=min(30 * 2**tries, 6 * 3600))
        values = {"state": LOST if gone else PENDING, "tries": tries, "next_try_at": later}
        await self._database.write(_change, file.id, values)

    async def read(self, attachment: Attachment) -> bytes | None:
        """The bytes of an attachment of ours; None when there are none."""
        file_id = attachment.url.removeprefix(ADDRESS)
        found = await self.find(file_id) if file_id != attachment.url else None
        if found is None or found.state != KEPT:
            return None
        return await asyncio.to_thread(self.path_of(found).read_bytes)

    async def remove(self, file_ids: Collection[str]) -> None:
        """The files themselves; their rows go with the messages (erasure.py). Gone before is as good."""
        for file_id in file_ids:
            found = await self.find(file_id)
            if found is not None:
                await asyncio.to_thread(self.path_of(found).unlink, missing_ok=True)

    def path_of(self, file: MediaFile) -> Path:
        """Named by our own id alone; nothing that came from outside is part of a path."""
        return self._folder / file.id[:2] / file.id

    def _remove(self, file_id: str) -> None:
        (self._folder / file_id[:2] / file_id).unlink(missing_ok=True)

    def _write(self, file_id: str, data: bytes) -> None:
        folder = self._folder / file_id[:2]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = folder / f"{file_id}.{os.getpid()}.new"
        made.touch(mode=0o600)
        made.write_bytes(data)
        made.replace(folder / file_id)


def _promise(connection: Connection, channel: str, media_id: str, kind: str, name: str) -> MediaFile:
    known = _find_by_media_id(connection, channel, media_id)
    if known is not None:
        return known
    content_type = _TYPES.get(kind, _TYPES["file"])
    values = {"name": name[:128], "state": PENDING, "content_type": content_type, "size": 0}
    return _insert(connection, _row(new_id(), channel, media_id, now(), values))


def _row(file_id: str, channel: str, media_id: str, next_look: datetime, values: dict[str, Any]) -> dict[str, Any]:
    about = {"id": file_id, "channel": channel, "media_id": media_id, "tries": 0}
    return {**about, **values, "next_try_at": next_look, "created_at": now()}


def _insert(connection: Connection, row: dict[str, Any]) -> MediaFile:
    connection.execute(sa.insert(table).values(row))
    return _of(row)


def _find_by_media_id(connection: Connection, channel: str, media_id: str) -> MediaFile | None:
    found = connection.execute(sa.select(table).where(table.c.channel == channel, table.c.media_id == media_id))
    row = found.mappings().first()
    return _of(row) if row else None


def _drop_offered(connection: Connection, file_id: str) -> bool:
    """False when a message named it meanwhile."""
    gone = connection.execute(sa.delete(table).where(table.c.id == file_id, table.c.state == OFFERED))
    return bool(gone.rowcount)


def _find(connection: Connection, file_id: str) -> MediaFile | None:
    row = connection.execute(sa.select(table).where(table.c.id == file_id)).mappings().first()
    return _of(row) if row else None


def _due(connection: Connection, channels: list[str]) -> list[MediaFile]:
    due = sa.select(table).where(table.c.next_try_at <= now(), table.c.channel.in_(channels))
    return [_of(row) for row in connection.execute(due.order_by(table.c.next_try_at).limit(50)).mappings()]


def _change(connection: Connection, file_id: str, values: dict[str, Any]) -> None:
    connection.execute(sa.update(table).where(table.c.id == file_id).values(values))


def _of(row: Any) -> MediaFile:
    return MediaFile(**{name: row[name] for name in MediaFile.__dataclass_fields__})
