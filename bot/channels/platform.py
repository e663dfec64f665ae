"""Calls to a platform's API: one session, time limits, tokens, and errors made into what the core understands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import structlog

from bot.channels.tokens import TokenSource
from bot.messages import Attachment
from bot.ports import ChannelBusy, ChannelError

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 10.0
PAUSES = (0.3, 1.0)
"""Seconds before each further try where nothing can have been delivered: no connection, or a busy platform."""
LARGEST_FILE = 20 * 1024 * 1024


class PlatformRefusal(ChannelError):
    """``code`` is the platform's; ``reason`` as in ChannelError, or ``token``, ``busy``, ``media``, ``state``.

    The text names code and reason only: what a platform writes beside them may quote the message.
    """

    def __init__(self, platform: str, code: int, reason: str) -> None:
        super().__init__(f"{platform} {code}: {reason}", reason)
        self.code = code


class Files(Protocol):
    """What was kept of a file (``stores/media.py``)."""

    async def read(self, attachment: Attachment) -> bytes | None: ...


@dataclass(frozen=True)
class Errors:
    """What a platform's codes mean. ``token``: fetch another and try again; ``busy``: nothing was done, try again."""

    reasons: Mapping[int, str]
    token: Collection[int]
    busy: Collection[int]


class Http:
    """One client session a process, opened at its first use on the running loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ANSWER_SECONDS, sock_connect=5.0))
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class PlatformApi:
    """One account's API under ``base``. Raises PlatformRefusal, ChannelBusy; anything else leaves the fate unknown."""

    def __init__(
        self, platform: str, http: Http, base: str, errors: Errors, pauses: Collection[float] = PAUSES
    ) -> None:
        self.platform = platform
        self._http = http
        self._base = base.rstrip("/")
        self._errors = errors
        self._pauses = tuple(pauses)

    async def call(self, path: str, body: Mapping[str, Any], tokens: TokenSource) -> dict[str, Any]:
        """POST JSON with the token; a refused token is replaced once."""
        token = await tokens.current()
        try:
            return await self.post(path, body, {"access_token": token})
        except PlatformRefusal as refusal:
            if refusal.reason != "token":
                raise
        return await self.post(path, body, {"access_token": await tokens.instead_of(token)})

    async def post(self, path: str, body: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        """POST JSON without a token of ours."""
        # Real letters, not \\u escapes: the platform counts bytes, and shows the escapes.
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")

        async def once() -> dict[str, Any]:
            headers = {"Content-Type": "application/json"}
            async with self._open("POST", path, query, data=data, headers=headers) as answer:
                return self._checked(await answer.read(), answer.status)

        return await self._patiently(once)

    async def get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            async with self._open("GET", path, query) as answer:
                return self._checked(await answer.read(), answer.status)

        return await self._patiently(once)

    async def download(self, path: str, query: Mapping[str, str], tokens: TokenSource) -> bytes:
        """A file's bytes; raises PlatformRefusal with reason media where it is too large or gone."""
        token = await tokens.current()
        try:
            return await self._download(path, {**query, "access_token": token})
        except PlatformRefusal as refusal:
            if refusal.reason != "token":
                raise
        return await self._download(path, {**query, "access_token": await tokens.instead_of(token)})

    async def upload(self, path: str, kind: str, name: str, data: bytes, content_type: str, tokens: TokenSource) -> str:
        """Keep a file at the platform for some days; returns its media id."""
        token = await tokens.current()
        try:
            return await self._upload(path, kind, name, data, content_type, token)
        except PlatformRefusal as refusal:
            if refusal.reason != "token":
                raise
        return await self._upload(path, kind, name, data, content_type, await tokens.instead_of(token))

    def _open(self, method: str, path: str, query: Mapping[str, str], **sent: Any) -> Any:
        # The token must go to nobody else, and an error about a redirect would name the address with the token in it.
        return self._http.session.request(method, self._base + path, params=query, allow_redirects=False, **sent)

    async def _download(self, path: str, query: Mapping[str, str]) -> bytes:
        async with self._open("GET", path, query) as answer:
            if answer.content_type in ("application/json", "text/plain"):
                self._checked(await answer.content.read(64 * 1024), answer.status)
                raise PlatformRefusal(self.platform, 0, "media")
            if answer.status != 200 or (answer.content_length or 0) > LARGEST_FILE:
                raise PlatformRefusal(self.platform, answer.status, "media")
            data = bytearray()
            async for chunk in answer.content.iter_chunked(64 * 1024):
                data += chunk
                if len(data) > LARGEST_FILE:
                    raise PlatformRefusal(self.platform, answer.status, "media")
            return bytes(data)

    async def _upload(self, path: str, kind: str, name: str, data: bytes, content_type: str, token: str) -> str:
        form = aiohttp.FormData()
        form.add_field("media", data, filename=name, content_type=content_type)
        query = {"access_token": token, "type": kind}
        async with self._open("POST", path, query, data=form) as answer:
            return str(self._checked(await answer.read(), answer.status).get("media_id", ""))

    async def _patiently(self, once: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        for pause in (*self._pauses, None):
            try:
                return await once()
            except aiohttp.ClientConnectorError as error:
                if pause is None:
                    raise ChannelBusy(f"{self.platform}: no connection") from error
            except PlatformRefusal as refusal:
                if refusal.reason != "busy":
                    raise
                if pause is None:
                    raise ChannelBusy(f"{self.platform} {refusal.code}: busy") from refusal
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    def _checked(self, raw: bytes, status: int) -> dict[str, Any]:
        try:
            answer = json.loads(raw)
            code = int(answer.get("errcode") or 0)
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise PlatformTrouble(self.platform, status) from None
        if status >= 500:
            raise PlatformTrouble(self.platform, status)
        if code:
            raise PlatformRefusal(self.platform, code, self._reason(code))
        return dict(answer)

    def _reason(self, code: int) -> str:
        if code in self._errors.token:
            return "token"
        return "busy" if code in self._errors.busy else self._errors.reasons.get(code, "refused")


class PlatformTrouble(Exception):
    """An answer that says nothing about what was done."""

    def __init__(self, platform: str, status: int) -> None:
        super().__init__(f"{platform}: HTTP {status} without a usable answer")
