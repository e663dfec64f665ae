"""Calls to a platform: what its answers mean, and where the token goes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.channels.platform import Http, PlatformApi, PlatformRefusal, PlatformTrouble
from bot.channels.tokens import MemoryShelf, Token, TokenSource
from bot.channels.wechat import ERRORS
from bot.ports import ChannelBusy

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def give(another: bool) -> Token:
    return Token("fresh" if another else "first", time.time() + 7200)


@asynccontextmanager
async def platform(handler: Handler) -> AsyncIterator[tuple[PlatformApi, TokenSource]]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server, http = TestServer(app), Http()
    await server.start_server()
    api = PlatformApi("wechat", http, str(server.make_url("")), ERRORS, pauses=(0.0, 0.0))
    yield api, TokenSource("wechat:wx1", give, MemoryShelf())
    await http.close()
    await server.close()


def saying(*answers: Any) -> tuple[Handler, list[web.Request]]:
    asked: list[web.Request] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        return web.json_response(answers[min(len(asked), len(answers)) - 1])

    return handle, asked


@pytest.mark.parametrize(
    ("code", "reason"),
    [(45015, "window_closed"), (45047, "quota_spent"), (43004, "blocked"), (48001, "permission"), (45002, "refused")],
)
async def test_a_refusal_says_why_and_quotes_nothing(code: int, reason: str) -> None:
    handler, asked = saying({"errcode": code, "errmsg": "about your secret message"})
    async with platform(handler) as (api, tokens):
        with pytest.raises(PlatformRefusal) as refused:
            await api.call("/send", {"text": "您好"}, tokens)
    assert (refused.value.code, refused.value.reason) == (code, reason)
    assert "secret" not in str(refused.value)
    assert len(asked) == 1  # not tried again


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_replaced_once(code: int) -> None:
    handler, asked = saying({"errcode": code}, {"errcode": 0, "msgid": "1"})
    async with platform(handler) as (api, tokens):
        assert (await api.call("/send", {}, tokens))["msgid"] == "1"
    assert [request.query["access_token"] for request in asked] == ["first", "fresh"]


async def test_a_token_refused_twice_is_a_refusal() -> None:
    handler, asked = saying({"errcode": 40001})
    async with platform(handler) as (api, tokens):
        with pytest.raises(PlatformRefusal, match="token"):
            await api.call("/send", {}, tokens)
    assert len(asked) == 2


async def test_a_busy_platform_is_asked_again_and_then_left_to_the_queue() -> None:
    handler, asked = saying({"errcode": -1}, {"errcode": -1}, {"errcode": 0})
    async with platform(handler) as (api, tokens):
        await api.call("/send", {}, tokens)
    assert len(asked) == 3
    handler, asked = saying({"errcode": -1})
    async with platform(handler) as (api, tokens):
        with pytest.raises(ChannelBusy):
            await api.call("/send", {}, tokens)


async def test_where_nobody_listens_nothing_was_delivered() -> None:
    http = Http()
    api = PlatformApi("wechat", http, f"http://127.0.0.1:{unused_port()}", ERRORS, pauses=(0.0,))
    with pytest.raises(ChannelBusy, match="no connection"):
        await api.post("/send", {}, {})
    await http.close()


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", '"text"', '{"errcode": "x"}'])
async def test_an_answer_that_is_none_leaves_the_fate_open(body: str) -> None:
    """It may have been delivered: neither a refusal nor a reason to say it again."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=body)

    async with platform(handle) as (api, tokens):
        with pytest.raises(PlatformTrouble):
            await api.call("/send", {}, tokens)


async def test_the_token_follows_no_redirect() -> None:
    followed: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        followed.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with platform(handle) as (api, tokens):
        with pytest.raises(PlatformTrouble) as trouble:
            await api.call("/send", {}, tokens)
    assert followed == ["/send"]
    assert "first" not in str(trouble.value)


async def test_chinese_goes_out_as_letters() -> None:
    """The platform counts bytes, and shows escapes as they are."""
    bodies: list[bytes] = []

    async def handle(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.json_response({"errcode": 0})

    async with platform(handle) as (api, tokens):
        await api.call("/send", {"text": "您好"}, tokens)
    assert "您好".encode() in bodies[0]
