"""The way to the shop's API: time-outs, retries with growing, jittered pauses, a circuit, and checked answers.

It has a thread and an event loop of its own, as the database has: the desk asks from the gateway's loop, the actions
from the brain's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import structlog
from aiohttp_retry import JitterRetry, RetryClient

from actions.own_loop import OwnLoop
from actions.records.api.answers import Malformed
from actions.records.api.circuit import Circuit, CircuitOpen
from actions.records.port import RecordsUnavailable

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")
_PASSING = {429, 500, 502, 503, 504}
"""Statuses that may be gone at the next try."""
_LARGEST_ANSWER = 4_000_000


@dataclass(frozen=True)
class Patience:
    """Seconds. ``whole``: all tries of one question together; the customer waits as long."""

    connect: float = 2.0
    one_try: float = 4.0
    whole: float = 10.0
    tries: int = 3
    first_pause: float = 0.2
    longest_pause: float = 2.0


class ApiClient:
    """Asks; every fault of the other side becomes RecordsUnavailable."""

    def __init__(
        self, base_url: str, token: str, patience: Patience | None = None, circuit: Circuit | None = None
    ) -> None:
        self._base = base_url.rstrip("/")
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._patience = patience or Patience()
        self._circuit = circuit or Circuit()
        self._loop = OwnLoop("shop-api")
        self._client: RetryClient | None = None

    async def get(
        self, path: str, read: Callable[[Any], Answer], params: Sequence[tuple[str, str]] = ()
    ) -> Answer | None:
        """None where the API has no such thing (404)."""
        return await self._ask("GET", path, read, params=params)

    async def post(
        self, path: str, read: Callable[[Any], Answer], body: Mapping[str, Any], *, key: str = ""
    ) -> Answer | None:
        """``key``: the Idempotency-Key under which it may be said twice. None: 404, or 501 for an unknown kind."""
        return await self._ask("POST", path, read, body=body, key=key)

    async def close(self) -> None:
        if self._client is not None:
            await self._loop.run(self._client.close())
        await asyncio.to_thread(self._loop.close)

    async def _ask(self, method: str, path: str, read: Callable[[Any], Answer], **given: Any) -> Answer | None:
        try:
            self._circuit.enter()
        except CircuitOpen:
            raise RecordsUnavailable("the shop's API was down a moment ago") from None
        try:
            found = await self._loop.run(self._within_time(method, path, read, **given))
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, Malformed, ValueError) as error:
            self._circuit.failed()
            log.error("shop_api_failed", method=method, path=path.split("/")[1], error=repr(error)[:200])
            raise RecordsUnavailable(type(error).__name__) from error
        except BaseException:
            self._circuit.failed()  # or the half-open circuit would wait for this one
            raise
        self._circuit.succeeded()
        return found

    async def _within_time(self, *args: Any, **given: Any) -> Any:
        return await asyncio.wait_for(self._exchange(*args, **given), self._patience.whole)

    async def _exchange(
        self,
        method: str,
        path: str,
        read: Callable[[Any], Answer],
        *,
        params: Sequence[tuple[str, str]] = (),
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Answer | None:
        headers = {"Idempotency-Key": key} if key else {}
        async with self._session().request(
            method, self._base + path, params=list(params), json=body, headers=headers
        ) as response:
            if response.status in (404, 501):
                return None
            if response.status != 200:
                raise Malformed(f"status {response.status}")
            content = await response.content.read(_LARGEST_ANSWER + 1)
            while len(content) <= _LARGEST_ANSWER and (more := await response.content.read(_LARGEST_ANSWER)):
                content += more
            if len(content) > _LARGEST_ANSWER:
                raise Malformed("the answer is too large")
            return read(json.loads(content))

    def _session(self) -> RetryClient:
        """Made on its own loop, at first use."""
        if self._client is None:
            patience = self._patience
            timeout = aiohttp.ClientTimeout(total=patience.one_try, connect=patience.connect)
            session = aiohttp.ClientSession(headers=self._headers, timeout=timeout, trust_env=True)
            self._client = RetryClient(
                client_session=session,
                retry_options=JitterRetry(
                    attempts=patience.tries,
                    start_timeout=patience.first_pause,
                    max_timeout=patience.longest_pause,
                    random_interval_size=patience.first_pause,
                    statuses=_PASSING,
                    exceptions={aiohttp.ClientError, asyncio.TimeoutError},
                    # Every question can be asked twice: reading by nature, writing by its key.
                    methods={"GET", "POST"},
                    retry_all_server_errors=False,
                ),
            )
        return self._client
