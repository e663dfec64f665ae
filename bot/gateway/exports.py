"""``GET /exports/NUMBER?signature=…``: a customer's copy of their data, by the link that they alone were sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from actions.privacy_limits import PrivacyLimits
from actions.records import clock, privacy
from actions.records.database import Database
from bot.http.errors import ApiError

_NUMBER, _SIGNATURE = re.compile(r"PR\d{6,20}", re.ASCII), re.compile(r"[0-9a-f]{64}", re.ASCII)


class Exports:
    """Hands out files; wrong, run out, and never made look the same from outside."""

    def __init__(self, database: Database, limits: PrivacyLimits, now: Callable[[], datetime] = clock.now) -> None:
        """``now`` is given by tests."""
        self._database = database
        self._limits = limits
        self._now = now

    async def file(self, number: str, signature: str) -> bytes | None:
        """Counts the download."""
        asked = (number, signature, self._now(), self._limits.downloads)
        if not await self._database.read(privacy.opens, *asked):
            return None
        return await self._database.write(privacy.file_of, *asked)


EXPORTS = web.AppKey("exports", Exports)


def routes() -> list[web.RouteDef]:
    # No HEAD: a preview of the link in some chat must not use up a download.
    return [web.get("/exports/{number}", get_export, allow_head=False)]


async def get_export(request: web.Request) -> web.Response:
    exports = request.config_dict.get(EXPORTS)
    number, signature = request.match_info["number"], request.query.get("signature", "")
    well_formed = _NUMBER.fullmatch(number) and _SIGNATURE.fullmatch(signature)
    file = await exports.file(number, signature) if exports is not None and well_formed else None
    if file is None:
        raise ApiError("export_gone")
    headers = {
        "Content-Disposition": f'attachment; filename="{number}.zip"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return web.Response(body=file, content_type="application/zip", headers=headers)
