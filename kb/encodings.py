"""The encoding of a file that nobody named: UTF-8, UTF-16, and what Chinese and European office programs write."""

from __future__ import annotations

from charset_normalizer import from_bytes

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What a Chinese office program writes, before what a guess by letter frequencies would say of a short file.
_CHINESE = ("gb18030", "big5")
_LEAST_HAN_SHARE = 0.6


def recognised(data: bytes) -> str | None:
    """The text, in the encoding it seems to be in; None where none fits."""
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return data.decode(marked, "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for candidate in _CHINESE:
        if text := _as_chinese(data, candidate):
            return text
    best = from_bytes(data).best()
    return None if best is None else str(best)


def _as_chinese(data: bytes, encoding: str) -> str:
    """Empty unless nearly all that is no ASCII becomes everyday Chinese."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    strange = [sign for sign in text if ord(sign) > 127]
    # Everyday characters are those of the oldest Chinese standard, or of Big5's first plane.
    usual = "gb2312" if encoding == "gb18030" else "big5"
    known = sum(bool(sign.encode(usual, "ignore")) for sign in strange)
    return text if strange and known >= _LEAST_HAN_SHARE * len(strange) and known > 0.97 * len(strange) else ""
