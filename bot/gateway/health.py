"""``/healthz`` (the process lives), ``/readyz`` (the brain answers), ``/metrics`` (Prometheus; not for everybody)."""

from __future__ import annotations

import hmac

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.gateway.metrics import Metrics
from bot.http.context import context_of
from bot.http.errors import ApiError
from bot.http.origins import is_from_this_machine
from bot.http.sockets import OPEN_SOCKETS

METRICS = web.AppKey("metrics", Metrics)


async def healthz(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """200 when messages are answered; 503 while the brain warms up (messages are stored meanwhile)."""
    readiness = context_of(request).readiness
    status = "ready" if readiness.ready else "starting"
    headers = {} if readiness.ready else {"Retry-After": "2"}
    body = {"status": status, "detail": readiness.detail}
    return web.json_response(body, status=200 if readiness.ready else 503, headers=headers)


async def metrics(request: web.Request) -> web.Response:
    """The gauges are read from the store at this moment; they hold for all processes together."""
    _check_reader(request)
    context, numbers = context_of(request), request.config_dict[METRICS]
    store = context.parts.store
    numbers.waiting.set(await store.waiting_count())
    numbers.undelivered.set(await store.undelivered_count())
    numbers.ready.set(1 if context.readiness.ready else 0)
    numbers.streams.set(len(request.config_dict[OPEN_SOCKETS]))
    return web.Response(body=numbers.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _check_reader(request: web.Request) -> None:
    """Whoever has the token; where none is set, this machine itself. Raises ``ApiError``."""
    token = context_of(request).settings.metrics_token
    if token is None:
        if not is_from_this_machine(request):
            raise ApiError("metrics_closed")
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Bytes, because strings are compared in constant time only where they are ASCII.
    same = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())
    if scheme.lower() != "bearer" or not same:
        raise ApiError("metrics_token", headers={"WWW-Authenticate": "Bearer"})
