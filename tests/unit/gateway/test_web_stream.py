"""The customer's WebSocket: what is missing first, then what happens, nothing twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType, WSServerHandshakeError

from bot.conversation import hand_to_agent
from bot.conversation.accept import accept
from bot.gateway import web_stream
from bot.messages import Agent, Author, Draft, Incoming
from tests.fakes import bot_turn
from tests.unit.gateway.world import World, error_of, eventually, running

STREAM = "/channels/web/stream"
LIN = Agent("lin", "小林", "agent", "zh")
SAM = Agent("sam", "Sam", "agent", "en")
HUMAN = bot_turn("utter_ok", intent="request_human")


@asynccontextmanager
async def stream(world: World, session: str, after: int = 0, **options: Any) -> AsyncIterator[ClientWebSocketResponse]:
    address = f"{STREAM}?session={session}&after={after}"
    async with world.client.ws_connect(address, **options) as socket:
        yield socket


async def frames(socket: ClientWebSocketResponse, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """The next ``count`` frames of this type; others in between are passed over."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        frame = await socket.receive_json(timeout=10)
        if frame["type"] == kind:
            found.append(frame)
    return found


def seqs(messages: list[dict[str, Any]]) -> list[int]:
    return [frame["message"]["seq"] for frame in messages]


async def test_ready_comes_first_then_what_is_missing(world: World) -> None:
    opened = await world.session(language="en")
    session = opened["session"]
    await world.say(session, "hello")
    async with stream(world, session) as socket:
        ready = await socket.receive_json(timeout=10)
        told = {"owner": "bot", "language": "en", "place": None, "agent": None}
        assert ready == {"type": "ready", "conversation": opened["conversation"], **told}
        messages = await frames(socket, "message", 2)
        assert seqs(messages) == [1, 2]
        assert messages[0]["message"]["client_id"] == "c1"


async def test_live_messages_of_both_sides_arrive_once_and_in_order(world: World) -> None:
    session = (await world.session())["session"]
    async with stream(world, session) as socket:
        for text in ("一", "二", "三"):
            await world.say(session, text)
        assert seqs(await frames(socket, "message", 6)) == [1, 2, 3, 4, 5, 6]
        await socket.send_json({"type": "ping"})
        # Nothing more than these six: the next frame that is not typing is the answer to the ping.
        assert (await frames(socket, "pong"))[0] == {"type": "pong"}


async def test_stream_resumes_after_a_number_without_doubling(world: World) -> None:
    session = (await world.session())["session"]
    async with stream(world, session) as socket:
        await world.say(session, "一")
        seen = seqs(await frames(socket, "message", 2))
    await world.say(session, "二")
    async with stream(world, session, after=max(seen)) as socket:
        seen += seqs(await frames(socket, "message", 2))
        await world.say(session, "三")
        seen += seqs(await frames(socket, "message", 2))
    assert seen == [1, 2, 3, 4, 5, 6]


async def test_long_history_comes_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.web_stream.PAGE", 3)
    opened = await world.session()
    await world.say(opened["session"], "转人工")
    await hand_to_agent.claim(world.parts, opened["conversation"], LIN)
    for number in range(10):
        await hand_to_agent.say(world.parts, opened["conversation"], LIN, f"第{number}句", f"n{number}")
    async with stream(world, opened["session"], after=2) as socket:
        assert seqs(await frames(socket, "message", 11)) == list(range(3, 14))


async def test_typing_is_shown(world: World) -> None:
    opened = await world.session()
    async with stream(world, opened["session"]) as socket:
        await socket.receive_json(timeout=10)
        await world.say(opened["session"], "你好")
        assert (await frames(socket, "typing"))[0] == {"type": "typing", "author": "bot"}


async def test_customers_typing_is_told_to_the_desk_only(world: World) -> None:
    opened = await world.session()
    async with world.parts.notifier.subscribe("desk") as events, stream(world, opened["session"]) as socket:
        await socket.send_json({"type": "typing"})
        event = await events.__anext__()
        assert event == {"type": "typing", "conversation": opened["conversation"], "author": "customer"}


async def test_hand_over_place_and_agent_are_told(world: World) -> None:
    world.brain.script["转人工"] = HUMAN
    first, second = await world.session(), await world.session()
    await world.say(first["session"], "转人工")
    async with stream(world, second["session"]) as socket:
        await world.say(second["session"], "转人工")
        owner = (await frames(socket, "owner"))[0]
        assert owner == {"type": "owner", "owner": "waiting", "place": 2, "agent": None}
        await hand_to_agent.claim(world.parts, first["conversation"], LIN)
        assert (await frames(socket, "place"))[0] == {"type": "place", "place": 1}
        await hand_to_agent.claim(world.parts, second["conversation"], SAM)
        owner = (await frames(socket, "owner"))[0]
        assert owner == {"type": "owner", "owner": "agent", "place": None, "agent": "Sam"}
        await hand_to_agent.say(world.parts, second["conversation"], SAM, "您好", "s1")
        message = (await frames(socket, "message"))[0]["message"]
        assert (message["author"], message["agent"], message["client_id"]) == ("agent", "Sam", None)


async def test_customer_switches_the_language_and_every_page_hears_of_it(world: World) -> None:
    session = (await world.session(language="zh"))["session"]
    async with stream(world, session) as one, stream(world, session) as other:
        for page in (one, other):
            assert (await frames(page, "ready"))[0]["language"] == "zh"
        await one.send_json({"type": "language", "language": "en"})
        assert (await frames(one, "language"))[0] == {"type": "language", "language": "en"}
        assert (await frames(other, "language"))[0] == {"type": "language", "language": "en"}


async def test_language_switched_before_the_page_is_ready_is_told_at_the_latest_after_it(world: World) -> None:
    """Frames are read while the page's beginning is still being written: either tells the new language."""
    session = (await world.session(language="zh"))["session"]
    async with stream(world, session) as socket:
        await socket.send_json({"type": "language", "language": "en"})
        if (await frames(socket, "ready"))[0]["language"] == "zh":
            assert (await frames(socket, "language"))[0] == {"type": "language", "language": "en"}


async def test_switching_to_and_fro_counts_like_messages(database_url: str, tmp_path: Path) -> None:
    """Each switch is written down and told to every page of the conversation."""
    async with running(database_url, tmp_path, rate_per_session=2) as world:
        opened = await world.session(language="zh")
        async with stream(world, opened["session"]) as socket:
            for language in ("en", "zh", "en", "zh", "en"):
                await socket.send_json({"type": "language", "language": language})
            await socket.send_json({"type": "ping"})
            await frames(socket, "pong")
        assert (await world.parts.store.conversation(opened["conversation"])).language == "zh"


async def test_nonsense_from_the_client_is_survived(world: World) -> None:
    session = (await world.session())["session"]
    async with stream(world, session) as socket:
        for nonsense in ("{", "[]", "5", "[" * 4000, '{"type": 5}', '{"type": "language", "language": ["x"]}', "{}"):
            await socket.send_str(nonsense)
        await socket.send_bytes(b"\x00\x01")
        await socket.send_json({"type": "ping"})
        assert await frames(socket, "pong")


async def test_flood_from_the_client_ends_the_stream(world: World) -> None:
    session = (await world.session())["session"]
    async with stream(world, session) as socket:
        for _ in range(101):
            await socket.send_json({"type": "typing"})
        while (await socket.receive(timeout=10)).type is WSMsgType.TEXT:
            pass
        assert socket.close_code == WSCloseCode.POLICY_VIOLATION


async def test_lost_events_do_no_harm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.web_stream.CustomerStream.patience", 0.05)
    session = (await world.session())["session"]
    async with stream(world, session) as socket:
        await socket.receive_json(timeout=10)

        async def lost(topic: str, event: Any) -> None:
            """An event that nobody gets to hear."""

        monkeypatch.setattr(world.parts.notifier, "publish", lost)
        await world.say(session, "你好")
        assert seqs(await frames(socket, "message", 2)) == [1, 2]


async def test_stream_closes_with_the_server(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path) as world:
        session = (await world.session())["session"]
        async with stream(world, session) as socket:
            await socket.receive_json(timeout=10)
            await world.client.server.close()
            assert (await socket.receive(timeout=10)).data == WSCloseCode.GOING_AWAY


async def test_a_page_that_does_not_read_does_not_hold_the_server(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone that fell asleep: its network buffers are full, and it answers no close frame either."""
    monkeypatch.setattr("bot.http.sockets.CLOSING_SECONDS", 0.1)
    monkeypatch.setattr("bot.gateway.web_stream.message_json", lambda *_: {"text": "x" * 10_000_000})
    async with running(database_url, tmp_path) as world:
        session = (await world.session())["session"]
        await world.say(session, "你好")
        server = world.client.server
        _, writer = await asyncio.open_connection(server.host, server.port)
        request = (
            f"GET {STREAM}?session={session} HTTP/1.1",
            f"Host: {server.host}:{server.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        )
        writer.write("\r\n".join((*request, "", "")).encode())

        async def stuck() -> bool:
            return any(one.transport.get_write_buffer_size() for one in server.handler.connections if one.transport)

        await eventually(stuck)
        await asyncio.wait_for(server.close(), 30)
        writer.close()


async def test_failing_stream_closes_so_that_the_page_comes_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = await world.session()

    async def broken(*_: Any, **__: Any) -> Any:
        raise OSError("the disk is gone")

    async with stream(world, opened["session"]) as socket:
        await socket.receive_json(timeout=10)
        monkeypatch.setattr("bot.gateway.web_stream.state_json", broken)
        await world.parts.notifier.publish(opened["conversation"], {"type": "owner"})
        assert (await socket.receive(timeout=10)).data == WSCloseCode.INTERNAL_ERROR


async def test_closed_pages_leave_nothing_behind(world: World) -> None:
    opened = await world.session()
    async with stream(world, opened["session"]) as socket:
        await socket.receive_json(timeout=10)

    async def gone() -> bool:
        return "kefu_open_streams 0.0" in await (await world.client.get("/metrics")).text()

    await eventually(gone)


async def refusal(world: World, session: str, **options: Any) -> tuple[int, str | None]:
    """Status of a stream that is not opened, and when to ask again."""
    with pytest.raises(WSServerHandshakeError) as refused:
        await world.client.ws_connect(f"{STREAM}?session={session}", **options)
    headers = refused.value.headers
    return refused.value.status, headers.get("Retry-After") if headers else None


async def test_a_conversation_has_a_cap_of_open_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page too many is refused; those that are open stay, and a closed one makes room."""
    monkeypatch.setattr(web_stream, "PAGES_AT_ONCE", 2)
    opened, other = await world.session(), await world.session()
    session = opened["session"]
    async with stream(world, session) as first:
        await frames(first, "ready")
        async with stream(world, session) as second:
            await frames(second, "ready")
            assert await refusal(world, session) == (429, "30")
            async with stream(world, other["session"]) as somebody_else:
                await frames(somebody_else, "ready")
            # The refused page asks the plain way.
            page = await world.client.get("/channels/web/messages", params={"session": session})
            assert page.status == 200
            await world.say(session, "你好")
            for socket in (first, second):
                assert seqs(await frames(socket, "message", 2)) == [1, 2]

        async def has_room() -> bool:
            try:
                async with stream(world, session) as again:
                    return bool(await frames(again, "ready"))
            except WSServerHandshakeError:
                return False

        await eventually(has_room)


async def test_an_address_has_a_cap_of_open_pages(database_url: str, tmp_path: Path) -> None:
    """The customer's own address, behind a proxy too."""

    def comes_from(address: str) -> dict[str, Any]:
        return {"headers": {"X-Forwarded-For": f"6.6.6.6, {address}"}}

    async with running(database_url, tmp_path, sockets_per_address=2, trusted_proxies=1) as world:
        sessions = [(await world.session())["session"] for _ in range(3)]
        async with (
            stream(world, sessions[0], **comes_from("1.1.1.1")) as first,
            stream(world, sessions[1], **comes_from("1.1.1.1")) as second,
        ):
            for socket in (first, second):
                await frames(socket, "ready")
            assert await refusal(world, sessions[2], **comes_from("1.1.1.1")) == (429, "30")
            async with stream(world, sessions[2], **comes_from("2.2.2.2")) as elsewhere:
                await frames(elsewhere, "ready")


@pytest.mark.parametrize(("session", "status"), [("nonsense", 401), ("", 401)])
async def test_unknown_session_opens_no_stream(world: World, session: str, status: int) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await world.client.ws_connect(f"{STREAM}?session={session}")
    assert refused.value.status == status


async def test_plain_request_to_the_stream_is_told(world: World) -> None:
    session = (await world.session())["session"]
    assert await error_of(await world.client.get(STREAM, params={"session": session})) == (400, "bad_request")


async def test_foreign_page_opens_no_stream(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, allowed_origins=("https://shop.example",)) as world:
        session = (await world.session())["session"]
        with pytest.raises(WSServerHandshakeError) as refused:
            await world.client.ws_connect(f"{STREAM}?session={session}", origin="https://evil.example")
        assert refused.value.status == 403
        async with stream(world, session, origin="https://shop.example") as socket:
            assert (await socket.receive_json(timeout=10))["type"] == "ready"


async def test_a_page_whose_chat_is_joined_with_another_reads_that_one(world: World) -> None:
    """It is told, its socket ends, and what it reads from then on is the conversation that began on WeChat."""
    opened = await world.session(language="zh")
    await accept(world.parts, Incoming("wechat", "o1", "w1", "换到网页继续"))
    home = await world.parts.store.open_conversation("wechat", "o1", language="zh")
    await world.queue.served(home.id)
    offered = (await world.parts.store.history(home.id))[-1].text
    code = re.findall(r"KF-\w{4}-\w{4}", offered)[0]
    async with stream(world, opened["session"]) as socket:
        await world.say(opened["session"], f"关联码 {code}")
        await world.say(opened["session"], "是")
        assert (await frames(socket, "conversation"))[0]["conversation"] == home.id
        assert (await socket.receive(timeout=10)).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
    async with stream(world, opened["session"]) as socket:
        ready, first = await socket.receive_json(timeout=10), await socket.receive_json(timeout=10)
        assert (ready["conversation"], first["message"]["text"]) == (home.id, "换到网页继续")
        assert first["message"]["client_id"] is None
        await world.say(opened["session"], "现在是同一个")
        mine = [frame["message"] for frame in await frames(socket, "message", 3)]
        assert [each["client_id"] for each in mine if each["text"] == "现在是同一个"] == [f"c{world.counter}"]


async def test_notices_for_another_channel_are_not_shown_on_the_page(world: World) -> None:
    opened = await world.session(language="zh")
    for there, text in ((opened["conversation"], "给网页"), ("f" * 32, "给微信")):
        await world.parts.store.add_notice(
            opened["conversation"], Draft(Author.SYSTEM, text, "zh", key="notice_x", endpoint=there)
        )
    answer = await world.client.get("/channels/web/messages", params={"session": opened["session"]})
    assert [each["text"] for each in (await answer.json())["messages"]] == ["给网页"]
