"""A photo that a browser shows, as a customer would send it: a brown parcel with a strip of tape."""

from __future__ import annotations

import struct
import zlib

_SIDE = 96
_CARD, _TAPE = bytes((178, 133, 86)), bytes((222, 196, 140))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png() -> bytes:
    tape = range(_SIDE * 5 // 12, _SIDE * 7 // 12)
    row = b"".join(_TAPE if column in tape else _CARD for column in range(_SIDE))
    rows = b"".join(b"\0" + row for _ in range(_SIDE))
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


PICTURE = _png()
