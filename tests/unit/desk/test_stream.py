"""The agents' WebSocket: changes and typing, only for a log-in that still holds, only for our own pages."""

from __future__ import annotations

import pytest
from aiohttp import WSServerHandshakeError

from tests.unit.desk.desk_world import act, handed_over
from tests.unit.gateway.world import World, error_of


async def test_open_desk_hears_of_changes_and_of_typing(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    async with world.client.ws_connect("/desk/api/stream") as desk:
        assert await desk.receive_json(timeout=10) == {"type": "ready"}
        await act(world, opened, "claim", headers)
        assert await desk.receive_json(timeout=10) == {"type": "changed", "conversation": opened["conversation"]}
        async with world.client.ws_connect(f"/channels/web/stream?session={opened['session']}&after=99") as page:
            await page.receive_json(timeout=10)
            await page.send_json({"type": "typing"})
            typing = {"type": "typing", "conversation": opened["conversation"], "author": "customer"}
            while await desk.receive_json(timeout=10) != typing:
                pass
            await desk.send_json({"type": "typing", "conversation": opened["conversation"]})
            assert await page.receive_json(timeout=10) == {"type": "typing", "author": "agent"}


async def test_typing_of_a_stranger_is_not_shown(world: World) -> None:
    opened = await handed_over(world)
    await act(world, opened, "claim", await world.log_in("lin"))
    await world.log_in("sam")
    topic = opened["conversation"]
    async with world.parts.notifier.subscribe(topic) as events, world.client.ws_connect("/desk/api/stream") as desk:
        for conversation in (opened["conversation"], "0" * 32, 5, None):
            await desk.send_json({"type": "typing", "conversation": conversation})
        await desk.send_json({"type": "ping"})
        while (await desk.receive_json(timeout=10))["type"] != "pong":
            pass
        await world.parts.notifier.publish(topic, {"type": "end"})
        assert await events.__anext__() == {"type": "end"}


async def test_stream_ends_with_the_log_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.stream.DeskStream.patience", 0.02)
    headers = await world.log_in()
    async with world.client.ws_connect("/desk/api/stream") as desk:
        await desk.receive_json(timeout=10)
        await world.client.post("/desk/api/logout", headers=headers)
        await desk.receive(timeout=10)
        assert desk.closed


async def test_desk_stream_needs_log_in_and_our_own_origin(world: World) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await world.client.ws_connect("/desk/api/stream")
    assert refused.value.status == 401
    await world.log_in()
    with pytest.raises(WSServerHandshakeError) as refused:
        await world.client.ws_connect("/desk/api/stream", origin="https://evil.example")
    assert refused.value.status == 403
    assert await error_of(await world.client.get("/desk/api/stream")) == (400, "bad_request")


async def test_an_agent_has_a_cap_of_open_desks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.stream.DESKS_AT_ONCE", 1)
    await world.log_in("lin")
    async with world.client.ws_connect("/desk/api/stream") as desk:
        await desk.receive_json(timeout=10)
        with pytest.raises(WSServerHandshakeError) as refused:
            await world.client.ws_connect("/desk/api/stream")
        assert refused.value.status == 429
        await world.log_in("sam")
        async with world.client.ws_connect("/desk/api/stream") as other:
            assert await other.receive_json(timeout=10) == {"type": "ready"}
