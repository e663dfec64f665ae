"""Reading JSON bodies and query strings that anybody may have written: every surprise becomes a clear 400."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from aiohttp import web

from bot.http.errors import ApiError, wrong_field

MAX_BODY = 64 * 1024
"""Bytes of a request body; a message of 5,000 characters fits in any JSON spelling of it."""
MAX_TEXT = 5_000
"""Characters of one message, note or reply."""
MAX_ID = 128
"""Characters of a token, a client id or a button id."""

_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}


_LARGEST = "largest_body"
_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def takes_up_to(size: int) -> Callable[[_Handler], _Handler]:
    """For a route whose bodies may have more than ``MAX_BODY`` bytes."""

    def mark(handler: _Handler) -> _Handler:
        setattr(handler, _LARGEST, size)
        return handler

    return mark


def largest_body(request: web.Request) -> int:
    """How many bytes the request's route takes."""
    return int(getattr(request.match_info.handler, _LARGEST, MAX_BODY))


async def read_object(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty object. Raises ``ApiError`` bad_json or too_large."""
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        # An unpaired surrogate is valid JSON but no text: it could be neither stored nor sent on.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ApiError("bad_json") from error
    if not isinstance(value, dict):
        raise ApiError("bad_json")
    return value


def text_of(body: dict[str, Any], name: str = "text") -> str:
    """A person's text, cleaned. Raises ``ApiError``: wrong type, empty_message, too_long."""
    value = body.get(name)
    if value is None:
        raise ApiError("empty_message")
    if not isinstance(value, str):
        raise wrong_field(name, "文字", "text")
    text = clean_text(value)
    if all(unicodedata.category(sign) in _INVISIBLE for sign in text):
        raise ApiError("empty_message")
    if len(text) > MAX_TEXT:
        raise ApiError("too_long", {"limit": MAX_TEXT})
    return text


def clean_text(text: str) -> str:
    """The text with line ends as \\n and without control characters, other than newline and tab."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in unified if sign in "\n\t" or unicodedata.category(sign) != "Cc")


def id_of(body: dict[str, Any], name: str) -> str:
    """An identifier a program made: 1 to 128 printable characters without spaces around."""
    value = body.get(name)
    if not isinstance(value, str) or not is_id(value):
        raise wrong_field(name, f"1 至 {MAX_ID} 个可见字符", f"1 to {MAX_ID} printable characters")
    return value


def is_id(value: str) -> bool:
    return 0 < len(value) <= MAX_ID and value.isprintable() and value == value.strip()


def number_of(request: web.Request, name: str, *, default: float, largest: float) -> float:
    """A number of 0 or more in the query string; more than ``largest`` counts as ``largest``."""
    value = request.query.get(name)
    if value is None:
        return default
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    # The comparison is false for "nan" too.
    if not number >= 0:
        raise wrong_field(name, "不小于 0 的数字", "a number of 0 or more")
    return min(number, largest)


def seq_of(request: web.Request, name: str = "after") -> int:
    """A sequence number in the query string, 0 when it is not given."""
    return int(number_of(request, name, default=0, largest=2**31 - 1))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
