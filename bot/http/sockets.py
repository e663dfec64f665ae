"""One WebSocket: what the server has to say in a task of its own, the client's frames in the handler."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.http.errors import ApiError
from bot.http.limits import AttemptLimit

# Proxies cut connections that are silent for a minute.
HEARTBEAT_SECONDS = 25
MAX_FRAME = 4096
OPEN_SOCKETS: web.AppKey[set[Any]] = web.AppKey("open_sockets", set)

Say = Callable[[Mapping[str, Any]], Awaitable[None]]
Speaker = Callable[[Say], Awaitable[None]]
Listener = Callable[[Mapping[str, Any], Say], Awaitable[None]]

log = structlog.get_logger("kefu.gateway")


def check_upgrade(request: web.Request) -> None:
    """Raises ``ApiError`` for a plain request to a WebSocket address."""
    if not web.WebSocketResponse().can_prepare(request).ok:
        raise ApiError("bad_request.websocket")


async def serve_socket(request: web.Request, speak: Speaker, listen: Listener) -> web.WebSocketResponse:
    """Run both directions until either side ends; ``ping`` frames are answered here."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_FRAME)
    await socket.prepare(request)
    request.config_dict[OPEN_SOCKETS].add(socket)

    async def say(frame: Mapping[str, Any]) -> None:
        await socket.send_str(json.dumps(frame, ensure_ascii=False))

    speaking = asyncio.create_task(_speak(socket, speak, say))
    try:
        await _listen(socket, listen, say)
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        request.config_dict[OPEN_SOCKETS].discard(socket)
    return socket


async def close_sockets(app: web.Application) -> None:
    """At shutdown: tell every page to come back later, instead of letting it hold the server."""
    sockets = app[OPEN_SOCKETS]
    for socket in tuple(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")


async def _speak(socket: web.WebSocketResponse, speak: Speaker, say: Say) -> None:
    try:
        await speak(say)
        await socket.close()
    except (ConnectionResetError, asyncio.CancelledError):
        raise
    except Exception as error:
        log.error("stream_failed", error=type(error).__name__)
        # The page comes back and goes on from its last message.
        await socket.close(code=WSCloseCode.INTERNAL_ERROR)


async def _listen(socket: web.WebSocketResponse, listen: Listener, say: Say) -> None:
    frames = AttemptLimit(100, 10, time.monotonic)
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        if frames.attempt("frames"):
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"slow_down")
            return
        frame = _frame(message.data)
        try:
            if frame.get("type") == "ping":
                await say({"type": "pong"})
            elif frame:
                await listen(frame, say)
        except ConnectionResetError:
            return


def _frame(data: str) -> Mapping[str, Any]:
    """A JSON object; anything else is an empty one, which nobody answers."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
