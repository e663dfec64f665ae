"""What a file is by its first bytes, and a name for it that is safe on every disk. Pure.

Neither the name nor the type that came with a file is believed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

UNKNOWN = "application/octet-stream"
"""Whatever is not known for harmless is only offered for saving."""
LONGEST_NAME = 80
"""Characters of a name, its ending included."""

EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "application/pdf": "pdf",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
}
"""The types we know, with the ending that such a file gets."""
FROM_PAGES = frozenset(kind for kind in EXTENSIONS if not kind.startswith("audio/"))
"""What a customer may send through the widget."""

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
)
# "Brands" of the container that MP4, QuickTime and iPhones' pictures share.
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
_SOUND_BRANDS = (b"M4A ", b"M4B ")

_KEPT_SIGNS = frozenset(" -_()（）【】，、！+&@")
_SHORT_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# Names that Windows keeps for devices.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def type_of(data: bytes) -> str:
    """The content type, ``UNKNOWN`` for anything that does not show plainly."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and len(data) >= 12:
        return _of_brand(data[8:12])
    return next((content_type for beginning, content_type in _BEGINNINGS if data.startswith(beginning)), UNKNOWN)


def _of_brand(brand: bytes) -> str:
    if brand in _PICTURE_BRANDS:
        return "image/heic"
    if brand in _SOUND_BRANDS:
        return "audio/mp4"
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def safe_name(name: str, content_type: str) -> str:
    """One line of letters, digits and a few plain signs, at most ``LONGEST_NAME`` long, with its type's own ending.

    What is left out: folders, control characters, signs that turn the reading direction, and every other dot, so
    that nothing looks like another type. Cleaning a clean name changes nothing.
    """
    ending = EXTENSIONS.get(content_type, "bin")
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = "".join(_plain(sign) for sign in _SHORT_ENDING.sub("", last.strip()))
    # Two rounds of normalising: signs left out may bring a letter and its accent together.
    stem = unicodedata.normalize("NFC", re.sub(r"\s+|_{2,}", lambda run: run.group()[0], stem))
    stem = stem.strip(" _-")[: LONGEST_NAME - len(ending) - 1].strip(" _-")
    if not stem or _DEVICES.fullmatch(stem):
        stem = f"file {stem}".strip()
    return f"{stem}.{ending}"


def _plain(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind[0] in "LN" or kind in ("Mn", "Mc") or sign in _KEPT_SIGNS:
        return sign
    if kind[0] == "Z":
        return " "
    return "" if kind[0] == "C" else "_"
