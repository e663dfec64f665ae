"""Access tokens of a platform: one for all processes, fetched by one of them at a time.

Asking a platform for a new token may make the old one worthless, so two processes that both refresh would take the
token out of each other's hands for ever.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

EARLY_SECONDS = 300.0
"""A token is renewed this long before its end, so that none runs out on the way."""
LEASE_SECONDS = 20.0
LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True)
class Token:
    """``expires_at``: seconds since 1970."""

    value: str = field(repr=False)
    expires_at: float


class Shelf(Protocol):
    """Where all processes look; see ``stores/platform_tokens.py``."""

    async def read(self, name: str) -> tuple[str, float] | None:
        """The token and its end."""

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """True for one asker at a time, until ``write`` or until the seconds are over."""

    async def write(self, name: str, holder: str, token: str, expires_at: float) -> None:
        """Keep the token and give the lease back."""

    async def give_back(self, name: str, holder: str) -> None: ...


Fetch = Callable[[bool], Awaitable[Token]]
"""Asks the platform; True asks for another token than the one it would give now."""


class TokenSource:
    """The token of one account, ``name``. Raises what ``fetch`` raises."""

    def __init__(self, name: str, fetch: Fetch, shelf: Shelf, now: Callable[[], float] = time.time) -> None:
        self._name = name
        self._fetch = fetch
        self._shelf = shelf
        self._now = now
        self._me = uuid4().hex
        self._here: Token | None = None
        # Within the process nobody else needs to ask the database meanwhile.
        self._one = asyncio.Lock()

    async def current(self) -> str:
        if self._here is not None and self._fresh(self._here):
            return self._here.value
        return await self._renew(None)

    async def instead_of(self, refused: str) -> str:
        """After the platform refused a token: the one that another process has fetched meanwhile, or a new one."""
        if self._here is not None and self._here.value != refused and self._fresh(self._here):
            return self._here.value
        return await self._renew(refused)

    async def _renew(self, refused: str | None) -> str:
        async with self._one:
            self._here = await self._wait_for_token(refused)
            return self._here.value

    async def _wait_for_token(self, refused: str | None) -> Token:
        while True:
            if token := await self._usable(refused):
                return token
            if await self._shelf.lease(self._name, self._me, LEASE_SECONDS):
                return await self._fetch_and_keep(refused)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _fetch_and_keep(self, refused: str | None) -> Token:
        try:
            # Another process may have fetched between our look and our lease.
            if token := await self._usable(refused):
                return token
            token = await self._fetch(False)
            if token.value == refused:
                token = await self._fetch(True)
            await self._shelf.write(self._name, self._me, token.value, token.expires_at)
            return token
        finally:
            await self._shelf.give_back(self._name, self._me)

    async def _usable(self, refused: str | None) -> Token | None:
        kept = await self._shelf.read(self._name)
        token = Token(*kept) if kept else None
        return token if token and token.value != refused and self._fresh(token) else None

    def _fresh(self, token: Token) -> bool:
        return token.expires_at - EARLY_SECONDS > self._now()


class MemoryShelf:
    """For one process without a database: ``kefu doctor``, tests."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, float]] = {}
        self._holders: dict[str, str] = {}

    async def read(self, name: str) -> tuple[str, float] | None:
        return self._tokens.get(name)

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        return self._holders.setdefault(name, holder) == holder

    async def write(self, name: str, holder: str, token: str, expires_at: float) -> None:
        self._tokens[name] = token, expires_at
        await self.give_back(name, holder)

    async def give_back(self, name: str, holder: str) -> None:
        if self._holders.get(name) == holder:
            del self._holders[name]
