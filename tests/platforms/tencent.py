"""What the simulated WeChat and WeCom have in common: files, menus on the phone, lengths counted in bytes."""

from __future__ import annotations

import secrets
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.platforms.picture import PICTURE
from tests.platforms.simulator import Delivered, Refusal, Simulator, answering

TWO_DAYS = 48 * 3600.0
TOKEN_SECONDS = 7200
MAX_TEXT_BYTES = 2048


class TencentSimulator(Simulator):
    """Customers here may also press a menu's entry and show a picture."""

    @abstractmethod
    async def says(self, name: str, text: str, entry: str | None = None) -> Delivered:
        """The customer writes; ``entry``: the id of the menu's entry that wrote it for them."""

    @abstractmethod
    async def picture(self, name: str, media_id: str) -> Delivered:
        """Deliver a picture that is kept already."""

    @abstractmethod
    def check_token(self, request: web.Request) -> None:
        """Raises Refusal."""

    async def presses(self, name: str, label: str) -> Delivered:
        """A tap on the newest menu that has this entry."""
        for shown in reversed(self.customer(name).screen):
            for entry in shown.get("menu", ()):
                if entry["content"] == label:
                    return await self.says(name, label, entry["id"])
        raise LookupError(label)

    async def shows(self, name: str, data: bytes, content_type: str = "image/jpeg") -> Delivered:
        self.customer(name).sees("customer", text="[图片]")
        return await self.picture(name, self.keep_file(content_type, data))

    def keep_file(self, content_type: str, data: bytes) -> str:
        media_id = secrets.token_urlsafe(16)
        self.media[media_id] = content_type, data
        return media_id

    def media_routes(self) -> list[web.RouteDef]:
        return [
            web.post("/cgi-bin/media/upload", answering(self, self._upload)),
            web.get("/cgi-bin/media/get", self._get_media),
        ]

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        self.check_token(request)
        file = (await request.post()).get("media")
        if not isinstance(file, web.FileField):
            raise Refusal(41005)
        media_id = self.keep_file(file.content_type, file.file.read())
        return {"type": request.query.get("type", ""), "media_id": media_id, "created_at": int(self.clock.now())}

    async def _get_media(self, request: web.Request) -> web.Response:
        try:
            self.check_token(request)
            if request.query.get("media_id") not in self.media:
                raise Refusal(40007)
        except Refusal as refusal:
            return web.json_response({"errcode": refusal.code, "errmsg": "refused"})
        content_type, data = self.media[request.query["media_id"]]
        return web.Response(body=data, content_type=content_type)

    async def act(self, customer: str, deed: str, details: Mapping[str, Any]) -> None:
        if deed == "say":
            await self.says(customer, str(details["text"]))
        elif deed == "press":
            await self.presses(customer, str(details["text"]))
        elif deed == "picture":
            await self.shows(customer, PICTURE)
        else:
            await super().act(customer, deed, details)


def text_within(value: Any, limit: int = MAX_TEXT_BYTES) -> str:
    """A text that is there, and has no more bytes than ``limit``; raises Refusal."""
    if not isinstance(value, str) or not value:
        raise Refusal(44004)
    if len(value.encode()) > limit:
        raise Refusal(45002)
    return value
