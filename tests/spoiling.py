"""Small wrongs done to a good body: hypothesis makes up examples, this makes dozens of bad ones of each, quickly."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

_PIECES = (
    *(b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!DOCTYPE x []>", b"&#0;", b"&lol;", b"<xml>", b"</xml>"),
    *(b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"{", b"}", b"[" * 50, b'"', b"\\ud800", b"\\", b","),
    *(b"9" * 40, b"1e999", b"NaN", b"null", "汉".encode(), "\u202e".encode()),
)
_ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**30, 1e308, float("nan"), "", " ", "x" * 6000, "\x00", "\ud800", "😀" * 400),
    *([], [[]], {}, {"id": {}}, [None], "m_1", 369239263222822, "text:", "a" * 32),
)


def spoiled(body: bytes, dice: random.Random) -> bytes:
    """Cut short, a sign changed, something thrown in, a part doubled or left out."""
    start, end = sorted(dice.choices(range(len(body) + 1), k=2))
    match dice.randrange(5):
        case 0:
            return body[:start]
        case 1:
            return body[:start] + bytes([dice.randrange(256)]) + body[start + 1 :]
        case 2:
            return body[:start] + dice.choice(_PIECES) + body[start:]
        case 3:
            return body[:end] + body[start:]
        case _:
            return body[:start] + body[end:]


def misfitted(document: bytes, dice: random.Random) -> bytes:
    """A JSON document with something odd in one place; a field may also be gone."""
    changed = json.loads(document)
    places = list(_places(changed))
    if not places:
        return json.dumps(dice.choice(_ODD)).encode()
    inside, key = dice.choice(places)
    if isinstance(inside, dict) and dice.random() < 0.2:
        del inside[key]
    else:
        inside[key] = dice.choice(_ODD)
    return json.dumps(changed).encode()


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(document, dict | list):
        return
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield document, key
        yield from _places(value)
