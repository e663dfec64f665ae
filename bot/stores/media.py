"""Customers' files from platforms: what is to be fetched stands in the database, the files lie under KEFU_HOME.

Only desk agents can read them, at ``/desk/api/media/ID``. A platform keeps a file for about three days, so it is
fetched as soon as its message is stored, and tried again until then.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from actions.records.database import Database
from bot.messages import Attachment
from bot.stores.rows import new_id, now
from bot.stores.tables import channel_media as table

ADDRESS = "/desk/api/media/"
PENDING, KEPT, LOST = "pending", "kept", "lost"
MOST_TRIES = 12
_TYPES = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4", "file": "application/octet-stream"}


@dataclass(frozen=True)
class MediaFile:
    """``state``: pending, kept or lost. ``size`` in bytes, 0 until it is kept."""

    id: str
    channel: str
    media_id: str
    name: str
    state: str
    content_type: str
    size: int
    tries: int


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
        return Attachment(found.name, found.content_type, found.size, ADDRESS + found.id)

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

    def path_of(self, file: MediaFile) -> Path:
        """Named by our own id alone; nothing that came from outside is part of a path."""
        return self._folder / file.id[:2] / file.id

    def _write(self, file_id: str, data: bytes) -> None:
        folder = self._folder / file_id[:2]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = folder / f"{file_id}.{os.getpid()}.new"
        made.touch(mode=0o600)
        made.write_bytes(data)
        made.replace(folder / file_id)


def type_of(data: bytes) -> str:
    """By the first bytes; whatever is not known for harmless is only offered for saving."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return "video/mp4"
    for beginning, content_type in _BEGINNINGS:
        if data.startswith(beginning):
            return content_type
    return "application/octet-stream"


_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
)


def _promise(connection: Connection, channel: str, media_id: str, kind: str, name: str) -> MediaFile:
    known = connection.execute(sa.select(table).where(table.c.channel == channel, table.c.media_id == media_id))
    if row := known.mappings().first():
        return _of(row)
    at = now()
    values = {
        "id": new_id(),
        "channel": channel,
        "media_id": media_id,
        "name": name[:128],
        "state": PENDING,
        "content_type": _TYPES.get(kind, _TYPES["file"]),
        "size": 0,
        "tries": 0,
        "next_try_at": at,
        "created_at": at,
    }
    connection.execute(sa.insert(table).values(values))
    return _of(values)


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
