"""Our own pages, the files of ``bot/web``: demo shop, widget, desk. Asked for each time, sent only when changed.

What is text goes out without its comments and indentation (``compact.py``), compressed where the browser takes that.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import structlog
from aiohttp import web

from bot.gateway.compact import compact
from bot.gateway.script_tokens import ScriptError
from bot.http.errors import ApiError

log = structlog.get_logger("kefu.gateway")
WEB_FILES = Path(__file__).resolve().parent.parent / "web"

# The charset matters: an old shop page in GBK would otherwise read our script as GBK.
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
}
_AS_TEXT = (".html", ".css", ".js", ".json", ".webmanifest", ".txt", ".svg")


@dataclass(frozen=True)
class SentText:
    """A file as it goes out. ``tag``: the strong ETag of its content, without quotes."""

    plain: bytes
    packed: bytes
    tag: str


async def shop(request: web.Request) -> web.StreamResponse:
    """The demo shop page, which carries the widget as any shop would."""
    return _file(request, "shop/index.html")


async def widget_script(request: web.Request) -> web.StreamResponse:
    return _file(request, "widget.js")


async def folder(request: web.Request) -> web.StreamResponse:
    """``/widget`` → ``/widget/``: the page's own links are relative to the folder."""
    raise web.HTTPMovedPermanently(str(request.rel_url.with_path(f"{request.path}/").with_query(request.query)))


async def file_in(request: web.Request) -> web.StreamResponse:
    """A file below ``/widget/``, ``/desk/`` or ``/shop/``; the folder itself is its ``index.html``."""
    folder_name = request.path.split("/")[1]
    return _file(request, f"{folder_name}/{request.match_info['path'] or 'index.html'}")


def _file(request: web.Request, name: str) -> web.StreamResponse:
    suffix = Path(name).suffix
    content_type = CONTENT_TYPES.get(suffix)
    path = (WEB_FILES / name).resolve() if "\0" not in name else WEB_FILES
    inside = path.is_relative_to(WEB_FILES) and not any(part.startswith(".") for part in Path(name).parts)
    # isfile, because Path.is_file raises for a name that is too long.
    if content_type is None or not inside or name.endswith("/") or not os.path.isfile(path):
        raise ApiError("not_found")
    # no-cache: the browser asks each time, and the ETag answers 304 while the file is the same.
    headers = {"Content-Type": content_type, "Cache-Control": "no-cache"}
    if suffix not in _AS_TEXT:
        return web.FileResponse(path, headers=headers)
    state = path.stat()
    return _text_response(request, sent_text(path, state.st_mtime_ns, state.st_size), headers)


def _text_response(request: web.Request, text: SentText, headers: dict[str, str]) -> web.Response:
    packs = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    # The two forms are two contents to a cache.
    tag = f"{text.tag}-gzip" if packs else text.tag
    headers |= {"ETag": f'"{tag}"', "Vary": "Accept-Encoding"}
    if any(known.value == tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    if packs:
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=text.packed if packs else text.plain, headers=headers)


@lru_cache(maxsize=256)
def sent_text(path: Path, changed_ns: int, size: int) -> SentText:
    """Made once for each state of a file, which ``changed_ns`` and ``size`` tell apart."""
    raw = path.read_bytes()
    try:
        plain = compact(raw.decode("utf-8"), path.suffix).encode("utf-8")
    except (ScriptError, UnicodeDecodeError) as error:
        log.warning("page_not_compacted", file=path.name, error=str(error))
        plain = raw
    # No time of packing in it: every process makes the same bytes.
    packed = gzip.compress(plain, 9, mtime=0)
    return SentText(plain, packed, hashlib.sha256(plain).hexdigest()[:24])
