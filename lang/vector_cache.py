"""Vectors kept on disk under a hash of their text, so that training again is fast."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

_CHUNK = 500


def key(*parts: str) -> bytes:
    """A hash of kernel, prefix and text; the text itself is not stored."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).digest()


class VectorCache:
    """A SQLite file that several processes may share; without a writable disk it just forgets."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size

    def read(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Those that are known."""
        found: dict[bytes, np.ndarray] = {}
        if not keys or not self._path.is_file():
            return found
        # It is only a cache: a broken or unwritable file costs time, nothing else.
        with suppress(sqlite3.DatabaseError), closing(self._open()) as connection:
            for first in range(0, len(keys), _CHUNK):
                chunk = keys[first : first + _CHUNK]
                marks = ",".join("?" * len(chunk))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 (only question marks)
                rows = connection.execute(query, chunk)
                found.update((k, np.frombuffer(blob, "<f4")) for k, blob in rows if len(blob) == 4 * self._size)
        return found

    def write(self, vectors: Mapping[bytes, np.ndarray]) -> None:
        """Add or replace."""
        rows = [(k, vector.astype("<f4").tobytes()) for k, vector in vectors.items()]
        with suppress(sqlite3.DatabaseError), closing(self._open()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10)
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        return connection
