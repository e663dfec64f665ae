"""What WeChat and WeCom have in common: one account's calls, each with its token."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels.platform import PlatformApi
from bot.channels.tokens import Shelf, Token, TokenSource


class TencentAccount:
    """An account's API and its token. Every call raises PlatformRefusal, ChannelBusy."""

    def __init__(
        self,
        name: str,
        api: PlatformApi,
        shelf: Shelf,
        fetch: Callable[[bool], Awaitable[Mapping[str, Any]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """``name``: of the token on the shelf; ``fetch``: the platform's answer with a token, another if True."""

        async def fetch_token(another: bool) -> Token:
            answer = await fetch(another)
            return Token(str(answer["access_token"]), now() + float(answer["expires_in"]))

        self.api = api
        self.tokens = TokenSource(name, fetch_token, shelf, now)

    async def call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self.api.call(path, body, self.tokens)

    async def download(self, media_id: str) -> bytes:
        return await self.api.download("/cgi-bin/media/get", {"media_id": media_id}, self.tokens)

    async def upload(self, kind: str, name: str, data: bytes, content_type: str) -> str:
        return await self.api.upload("/cgi-bin/media/upload", kind, name, data, content_type, self.tokens)
