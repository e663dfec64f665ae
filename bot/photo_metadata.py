"""Photos without what the camera wrote into them: place, time, owner, device. The picture itself is not touched.

JPEG, PNG and WebP: everything that is not needed to show the picture is left out, but for its colours and which side is
up. Other formats are kept as they came (docs/channels/web.md says so). Pure; a file that does not read as its type
promises comes back unchanged.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

_ORIENTATION = 0x0112
_JPEG_KEPT = frozenset({0xE0, 0xE2, 0xEE})
"""JFIF, colour profile, Adobe's colour transform; the other APPn and comments go."""
_PNG_DROPPED = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_WEBP_DROPPED = frozenset({b"EXIF", b"XMP "})


def without_metadata(data: bytes, content_type: str) -> bytes:
    clean = _CLEANERS.get(content_type)
    try:
        return clean(data) if clean else data
    except (ValueError, IndexError, struct.error):
        return data


def _jpeg(data: bytes) -> bytes:
    kept, place, side = [data[:2]], 2, 1
    while data[place] == 0xFF and data[place + 1] != 0xDA:
        marker = data[place + 1]
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if end > len(data) or end < place + 4:
            raise ValueError("a segment is cut short")
        segment = data[place:end]
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            side = _side(segment[10:])
        if ((marker & 0xF0) != 0xE0 and marker != 0xFE) or marker in _JPEG_KEPT:
            kept.append(segment)
        place = end
    if data[place] != 0xFF:
        raise ValueError("no segment where one must be")
    # Which side is up stands right behind the beginning (and JFIF, where there is one).
    behind = 2 if len(kept) > 1 and kept[1][1] == 0xE0 else 1
    kept.insert(behind, _exif(side) if side != 1 else b"")
    return b"".join(kept) + data[place:]


def _side(tiff: bytes) -> int:
    """1 … 8 as EXIF counts; 1 (upright) where it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _exif(side: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, side, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> bytes:
    kept, place = [data[:8]], 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data):
            raise ValueError("a chunk is cut short")
        if kind not in _PNG_DROPPED:
            kept.append(data[place:end])
        place = end
    return b"".join(kept)


def _webp(data: bytes) -> bytes:
    kept = b"".join(_without_flags(chunk) for chunk in _riff_chunks(data) if chunk[:4] not in _WEBP_DROPPED)
    return b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept


def _riff_chunks(data: bytes) -> Iterator[bytes]:
    place = 12
    if len(data) < place:
        raise ValueError("no room for a header")
    while place < len(data):
        (length,) = struct.unpack_from("<I", data, place + 4)
        end = place + 8 + length + length % 2
        if end > len(data):
            raise ValueError("a chunk is cut short")
        yield data[place:end]
        place = end


def _without_flags(chunk: bytes) -> bytes:
    """The header no longer promises EXIF (8) and XMP (4)."""
    return chunk if chunk[:4] != b"VP8X" else chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]


_CLEANERS: Mapping[str, Callable[[bytes], bytes]] = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
