"""Our own pages, the files of ``bot/web``: demo shop, widget, desk. Asked for each time, sent only when changed."""

from __future__ import annotations

import os
from pathlib import Path

from aiohttp import web

from bot.http.errors import ApiError

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


async def shop(request: web.Request) -> web.StreamResponse:
    """The demo shop page, which carries the widget as any shop would."""
    return _file("shop/index.html")


async def widget_script(request: web.Request) -> web.StreamResponse:
    return _file("widget.js")


async def folder(request: web.Request) -> web.StreamResponse:
    """``/widget`` → ``/widget/``: the page's own links are relative to the folder."""
    raise web.HTTPMovedPermanently(str(request.rel_url.with_path(f"{request.path}/").with_query(request.query)))


async def file_in(request: web.Request) -> web.StreamResponse:
    """A file below ``/widget/``, ``/desk/`` or ``/shop/``; the folder itself is its ``index.html``."""
    folder_name = request.path.split("/")[1]
    return _file(f"{folder_name}/{request.match_info['path'] or 'index.html'}")


def _file(name: str) -> web.FileResponse:
    content_type = CONTENT_TYPES.get(Path(name).suffix)
    path = (WEB_FILES / name).resolve() if "\0" not in name else WEB_FILES
    inside = path.is_relative_to(WEB_FILES) and not any(part.startswith(".") for part in Path(name).parts)
    # isfile, because Path.is_file raises for a name that is too long.
    if content_type is None or not inside or name.endswith("/") or not os.path.isfile(path):
        raise ApiError("not_found")
    # no-cache: the browser asks each time, and the ETag answers 304 while the file is the same.
    return web.FileResponse(path, headers={"Content-Type": content_type, "Cache-Control": "no-cache"})
