"""What surrounds every request: headers, origins, errors, the access log, health and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.http.errors import PROBLEMS, ApiError
from tests.fakes import bot_turn
from tests.unit.gateway.world import World, error_of, running

SHOP = "https://shop.example"
SESSIONS = "/channels/web/sessions"


@pytest.mark.parametrize("key", sorted(PROBLEMS))
def test_every_error_has_two_languages_with_the_same_placeholders(key: str) -> None:
    names = ("limit", "seconds", "minutes", "field", "agent", "order_number", "types")
    details: dict[str, object] = {name: f"<{name}>" for name in names}
    error = ApiError(key, {**details, "expected_zh": "<expected>", "expected_en": "<expected>"})
    zh, en = error.sentence("zh"), error.sentence("en")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in zh)
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in en)
    for name in (*names, "expected"):
        assert (f"<{name}>" in zh) == (f"<{name}>" in en)


# --- origins ---------------------------------------------------------------------------------
async def test_allowed_site_may_read_answers(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, allowed_origins=(SHOP,)) as world:
        response = await world.client.post(SESSIONS, json={}, headers={"Origin": SHOP})
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Origin" in response.headers["Vary"]
        refused = await world.client.post(SESSIONS, json={"language": 5}, headers={"Origin": SHOP})
        assert refused.status == 400
        assert refused.headers["Access-Control-Allow-Origin"] == SHOP


async def test_preflight_of_an_allowed_site(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, allowed_origins=(SHOP,)) as world:
        headers = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
        response = await world.client.options(SESSIONS, headers=headers)
        assert response.status == 204
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://shop.example.evil.example", "http://[x"])
async def test_foreign_site_is_refused(database_url: str, tmp_path: Path, origin: str) -> None:
    async with running(database_url, tmp_path, allowed_origins=(SHOP,)) as world:
        for method in ("POST", "OPTIONS"):
            response = await world.client.request(method, SESSIONS, json={}, headers={"Origin": origin})
            assert "Access-Control-Allow-Origin" not in response.headers
            assert await error_of(response) == (403, "foreign_origin")


async def test_our_own_pages_are_always_allowed(world: World) -> None:
    origin = str(world.client.make_url("/")).rstrip("/")
    assert (await world.client.post(SESSIONS, json={}, headers={"Origin": origin})).status == 200


async def test_own_pages_behind_a_proxy_that_ends_tls(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, trusted_proxies=1) as world:
        headers = {"Origin": "https://kefu.example", "X-Forwarded-Host": "kefu.example"}
        assert (await world.client.post(SESSIONS, json={}, headers=headers)).status == 200


async def test_desk_takes_no_other_site_even_an_allowed_one(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, allowed_origins=(SHOP,)) as world:
        response = await world.client.post("/desk/api/login", json={}, headers={"Origin": SHOP})
        assert await error_of(response) == (403, "foreign_origin")
        # What helps the web channel does not help here: the usual reason is a proxy that changes the host's name.
        remedy = (await response.json())["error"]["message"]
        assert "KEFU_TRUSTED_PROXIES" in remedy
        assert "KEFU_ALLOWED_ORIGINS" not in remedy


# --- errors ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", (404, "not_found")),
        ("GET", "/channels/web/nowhere", (404, "not_found")),
        ("POST", "/healthz", (405, "method_not_allowed")),
        ("PUT", SESSIONS, (405, "method_not_allowed")),
    ],
)
async def test_unknown_addresses_and_methods(world: World, method: str, path: str, expected: tuple[int, str]) -> None:
    assert await error_of(await world.client.request(method, path)) == expected


async def test_our_own_failure_is_told_without_its_insides(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("INSERT INTO messages VALUES ('my card number is 1234')")

    monkeypatch.setattr(world.accounts, "create_web_session", broken)
    with structlog.testing.capture_logs() as logs:
        response = await world.client.post(SESSIONS, json={}, headers={"Accept-Language": "en"})
        body = await response.text()
        assert (response.status, "INSERT" in body, "Something went wrong" in body) == (500, False, True)
    trouble = next(entry for entry in logs if entry["event"] == "trouble")
    assert trouble["error"] == "RuntimeError"
    assert "1234" not in str(logs)


async def test_access_log_has_neither_words_nor_sessions(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        session = (await world.session())["session"]
        await world.say(session, "我的密码是 hunter2")
        await world.client.get("/channels/web/messages", params={"session": session})
    routes = [entry["route"] for entry in logs if entry["event"] == "request"]
    assert routes == [SESSIONS, "/channels/web/messages", "/channels/web/messages"]
    assert session not in str(logs)
    assert "hunter2" not in str(logs)


# --- headers ---------------------------------------------------------------------------------
async def test_pages_run_no_scripts_but_ours(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, allowed_origins=(SHOP,)) as world:
        policies = {}
        for path in ("/", "/widget/", "/desk/", "/help/nothing", "/healthz"):
            headers = (await world.client.get(path)).headers
            policies[path] = headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "unsafe" not in policies[path]
            assert "default-src 'none'" in policies[path]
    assert policies["/widget/"].endswith(f"frame-ancestors 'self' {SHOP}")
    for path in ("/", "/desk/", "/help/nothing", "/healthz"):
        assert policies[path].endswith("frame-ancestors 'none'")


async def test_answers_with_customers_data_are_not_kept_by_caches(world: World) -> None:
    response = await world.client.post(SESSIONS, json={})
    assert response.headers["Cache-Control"] == "no-store"


# --- health ----------------------------------------------------------------------------------
async def test_health_and_readiness(world: World) -> None:
    world.readiness.ready, world.readiness.detail = False, "loading the language model"
    assert (await world.client.get("/healthz")).status == 200
    starting = await world.client.get("/readyz")
    assert starting.status == 503
    assert await starting.json() == {"status": "starting", "detail": "loading the language model"}
    world.readiness.ready, world.readiness.detail = True, "ready"
    assert (await world.client.get("/readyz")).status == 200


async def test_no_answer_tells_our_versions(world: World) -> None:
    session = (await world.session())["session"]
    for path in ("/", "/healthz", "/nothing", "/widget/app.js", "/desk/api/me"):
        assert (await world.client.get(path)).headers["Server"] == "Kefu", path
    async with world.client.ws_connect(f"/channels/web/stream?session={session}") as socket:
        assert socket._response.headers["Server"] == "Kefu"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "chat.shop.example"},
        {"Host": "10.0.0.5:8000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "[::1"},
    ],
)
async def test_what_came_through_a_proxy_reads_no_metrics(world: World, headers: dict[str, str]) -> None:
    assert await error_of(await world.client.get("/metrics", headers=headers)) == (403, "metrics_closed")


async def test_this_machine_reads_metrics_without_a_token(world: World) -> None:
    for host in ("localhost", "LOCALHOST:9090", "127.0.0.1:8000", "[::1]:8000"):
        assert (await world.client.get("/metrics", headers={"Host": host})).status == 200, host


async def test_with_a_token_only_the_token_reads_metrics(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, metrics_token="令牌 of ours") as world:
        for given in ("", "Bearer", "Bearer ", "Bearer wrong", "Basic 令牌 of ours", "令牌 of ours", "Bearer \udcff"):
            response = await world.client.get("/metrics", headers={"Authorization": given})
            assert response.headers["WWW-Authenticate"] == "Bearer"
            assert await error_of(response) == (401, "metrics_token")
        for given in ("Bearer 令牌 of ours", "bearer 令牌 of ours"):
            headers = {"Authorization": given, "X-Forwarded-For": "1.1.1.1", "Host": "chat.shop.example"}
            response = await world.client.get("/metrics", headers=headers)
            assert (response.status, "kefu_ready 1.0" in await response.text()) == (200, True)


async def test_metrics_count_what_happened(world: World) -> None:
    world.brain.script["转人工"] = bot_turn("utter_ok", intent="request_human")
    session = (await world.session())["session"]
    await world.say(session, "你好")
    body = {"session": session, "client_id": "c1", "text": "你好"}
    await world.client.post("/channels/web/messages", json=body)
    await world.say(session, "转人工")
    response = await world.client.get("/metrics")
    text = await response.text()
    assert response.content_type == "text/plain"
    for line in (
        'kefu_messages_accepted_total{channel="web"} 2.0',
        'kefu_turns_total{outcome="answered"} 1.0',
        'kefu_turns_total{outcome="handed_over"} 1.0',
        'kefu_handoffs_total{rule="asks_for_human"} 1.0',
        "kefu_handling_seconds_count 2.0",
        "kefu_waiting_conversations 1.0",
        "kefu_ready 1.0",
        'kefu_http_requests_total{method="POST",route="/channels/web/sessions",status="200"} 1.0',
    ):
        assert line in text, line


async def test_a_sandboxed_page_gets_a_widget_without_a_memory(database_url: str, tmp_path: Path) -> None:
    """Who frames it cannot be told, so nothing of an earlier visit may be within its reach."""
    async with running(database_url, tmp_path, allowed_origins=(SHOP, "null")) as world:
        response = await world.client.get("/widget/?host=null")
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors" not in policy
        assert "sandbox allow-scripts" in policy
        assert "allow-same-origin" not in policy
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        others = [await world.client.get("/widget/"), await world.client.get(f"/widget/?host={SHOP}")]
        for other in others:
            assert other.headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {SHOP}")
        opened = await world.client.post("/channels/web/sessions", json={}, headers={"Origin": "null"})
        assert opened.headers["Access-Control-Allow-Origin"] == "null"
    async with running(database_url, tmp_path, allowed_origins=(SHOP,)) as world:
        policy = (await world.client.get("/widget/?host=null")).headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors 'self' {SHOP}")
        assert (await world.client.post("/channels/web/sessions", json={}, headers={"Origin": "null"})).status == 403
