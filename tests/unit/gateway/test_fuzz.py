"""Whatever is posted anywhere: an answer or a clear refusal, never a failure of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.gateway.world import World, running

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
NAMES = st.sampled_from(
    ["session", "client_id", "text", "payload", "attachment", "identity", "language", "username", "password", "version"]
)
SESSION = "<session>"
BODIES = st.dictionaries(NAMES, ANYTHING | st.just(SESSION), max_size=6) | ANYTHING
PATHS = st.sampled_from(
    [
        "/channels/web/sessions",
        "/channels/web/messages",
        "/channels/web/messages?wait=0",
        "/desk/api/login",
        "/desk/api/conversations/<conversation>/claim",
        "/desk/api/conversations/<conversation>/messages",
        "/desk/api/conversations/<conversation>/notes",
        "/desk/api/conversations/<conversation>/transfer",
    ]
)


def filled(value: Any, session: str) -> Any:
    if isinstance(value, dict):
        return {name: filled(each, session) for name, each in value.items()}
    return session if value == SESSION else value


async def check(world: World, path: str, raw: bytes, headers: Any) -> None:
    response = await world.client.post(path, data=raw, headers=headers)
    body = await response.json()
    assert response.status in (200, 202, 400, 401, 403, 404, 409, 413, 429), (path, raw, body)
    if response.status >= 400:
        assert body["error"]["code"], (path, raw)
        assert body["error"]["message"], (path, raw)


async def test_no_body_breaks_the_server(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, rate_per_session=0, rate_per_address=0) as world:
        opened = await world.session()
        csrf = await world.log_in()
        tried: list[tuple[str, bytes]] = []

        @settings(max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(PATHS, BODIES | st.binary(max_size=60))
        def collect(path: str, body: Any) -> None:
            raw = body if isinstance(body, bytes) else json.dumps(filled(body, opened["session"])).encode()
            tried.append((path.replace("<conversation>", opened["conversation"]), raw))

        collect()
        for path, raw in tried:
            await check(world, path, raw, csrf)
        assert len(tried) >= 200
        # Still in good order afterwards.
        assert (await world.say(opened["session"], "你好"))["id"]


async def test_no_query_breaks_the_server(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, rate_per_session=0, rate_per_address=0) as world:
        opened = await world.session()
        await world.log_in()
        odd = [
            "",
            "\u0000",
            "é",
            "x" * 3000,
            "-1",
            "1e999",
            "inf",
            "nan",
            "９",
            "%",
            "%ff",
            "../..",
            "' OR 1=1 --",
            "😀",
        ]
        for value in odd:
            for path, query in (
                ("/channels/web/messages", {"session": value}),
                ("/channels/web/messages", {"session": opened["session"], "after": value}),
                ("/channels/web/stream", {"session": value, "after": value}),
                ("/desk/api/conversations", {"owner": value}),
                (f"/desk/api/conversations/{opened['conversation']}/transcript", {"language": value}),
                ("/help/none", {"language": value}),
            ):
                response = await world.client.get(path, params=query)
                assert response.status < 500, (path, query)
