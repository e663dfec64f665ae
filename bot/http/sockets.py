"""One WebSocket: events go out as they come, the client's frames are read beside that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, Protocol

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.http.context import context_of
from bot.http.errors import ApiError, wait_first
from bot.http.events import Event, Events, subscribed
from bot.http.limits import AtOnce, AttemptLimit

# Proxies cut connections that are silent for a minute.
HEARTBEAT_SECONDS = 25
MAX_FRAME = 4096
FRAMES_PER_10_SECONDS = 100
# Seconds that a server which stops gives a page to take the news.
CLOSING_SECONDS = 2.0
# When a page that was refused should ask again; until then it asks the plain way.
TOO_MANY_SECONDS = 30
OPEN_SOCKETS: web.AppKey[dict[web.WebSocketResponse, web.Request]] = web.AppKey("open_sockets", dict)
SOCKET_PLACES: web.AppKey[AtOnce] = web.AppKey("socket_places", AtOnce)

Say = Callable[[Mapping[str, Any]], Awaitable[None]]

log = structlog.get_logger("kefu.gateway")


class StreamEnds(Exception):
    """A stream has no more right to go on; the socket closes."""


class Stream(Protocol):
    """What one kind of page is told. ``patience``: seconds without an event after which ``follow`` gets None."""

    topic: str
    patience: float

    async def begin(self, say: Say) -> None: ...

    async def follow(self, event: Event | None, say: Say) -> None: ...

    async def listen(self, frame: Mapping[str, Any]) -> None: ...


def check_upgrade(request: web.Request) -> None:
    """Raises ``ApiError`` for a plain request to a WebSocket address."""
    if not web.WebSocketResponse().can_prepare(request).ok:
        raise ApiError("bad_request.websocket")


async def serve_socket(request: web.Request, stream: Stream, caps: Mapping[Hashable, int]) -> web.WebSocketResponse:
    """Serve one page until either side ends; ``ping`` frames are answered here.

    ``caps``: how many pages each of these may have open at once. The one too many is refused, and none that is open
    closed: pages come back by themselves, so they would push each other out for ever. A refused page polls.
    """
    with request.config_dict[SOCKET_PLACES].place(caps) as admitted:
        if not admitted:
            raise wait_first("too_many_pages", TOO_MANY_SECONDS)
        return await _serve(request, stream)


async def _serve(request: web.Request, stream: Stream) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_FRAME)
    await socket.prepare(request)
    sockets = request.config_dict[OPEN_SOCKETS]
    sockets[socket] = request

    async def say(frame: Mapping[str, Any]) -> None:
        await socket.send_str(json.dumps(frame, ensure_ascii=False))

    listening = asyncio.create_task(_listen(socket, stream, say))
    try:
        async with subscribed(context_of(request).parts.notifier, stream.topic) as events:
            await _speak(socket, stream, events, listening, say)
    finally:
        del sockets[socket]
        listening.cancel()
    return socket


async def close_sockets(app: web.Application) -> None:
    """At shutdown: tell every page to come back later, and cut off those that do not listen."""
    closing = {
        asyncio.create_task(socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")): request
        for socket, request in app[OPEN_SOCKETS].items()
    }
    if not closing:
        return
    _, deaf = await asyncio.wait(closing, timeout=CLOSING_SECONDS)
    for task in deaf:
        transport = closing[task].transport
        if transport is not None:
            # Nothing less ends a wait for somebody who never reads.
            transport.abort()
    await asyncio.gather(*closing, return_exceptions=True)


async def _speak(
    socket: web.WebSocketResponse, stream: Stream, events: Events, listening: asyncio.Task[None], say: Say
) -> None:
    code = WSCloseCode.OK
    try:
        await stream.begin(say)
        while not listening.done():
            event = await events.next(stream.patience, unless=listening)
            if not listening.done():
                await stream.follow(event, say)
    except (ConnectionResetError, StreamEnds):
        pass
    except Exception as error:
        log.error("stream_failed", stream=type(stream).__name__, error=type(error).__name__)
        # The page comes back and goes on from its last message.
        code = WSCloseCode.INTERNAL_ERROR
    await socket.close(code=code)


async def _listen(socket: web.WebSocketResponse, stream: Stream, say: Say) -> None:
    frames = AttemptLimit(FRAMES_PER_10_SECONDS, 10)
    async for message in socket:
        if frames.attempt("frames"):
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"slow_down")
            return
        frame = _frame(message.data) if message.type is WSMsgType.TEXT else {}
        try:
            if frame.get("type") == "ping":
                await say({"type": "pong"})
            elif frame:
                await stream.listen(frame)
        except ConnectionResetError:
            return
        except Exception as error:
            # One frame that could not be served is no reason to cut the page off.
            log.error("frame_failed", stream=type(stream).__name__, error=type(error).__name__)


def _frame(data: str) -> Mapping[str, Any]:
    """A JSON object; anything else is an empty one, which nobody answers."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
