"""``GET /desk/api/media/ID``: a customer's file, for logged-in agents only."""

from __future__ import annotations

import re
from urllib.parse import quote

from aiohttp import web

from bot.desk.auth import with_agent
from bot.gateway.platforms import platforms_of
from bot.http.errors import ApiError
from bot.messages import Agent
from bot.stores.media import KEPT, PENDING

_ID = re.compile(r"[0-9a-f]{32}")
_SHOWN = ("image/", "audio/", "video/")


def routes() -> list[web.RouteDef]:
    return [web.get("/desk/api/media/{id}", with_agent(get_media))]


async def get_media(request: web.Request, agent: Agent) -> web.StreamResponse:
    """The bytes, under the type that they themselves show; 404 until they are here."""
    media, file_id = platforms_of(request).media, request.match_info["id"]
    file = await media.find(file_id) if _ID.fullmatch(file_id) else None
    if file is None or file.state != KEPT:
        if file is not None and file.state == PENDING:
            platforms_of(request).fetcher.ring()
        raise ApiError("not_found")
    # Whatever is not plainly a picture or sound is saved, never opened by the browser under our address.
    shown = file.content_type.startswith(_SHOWN)
    headers = {
        "Content-Type": file.content_type,
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Cache-Control": "private, max-age=3600",
    }
    return web.FileResponse(media.path_of(file), headers=headers)
