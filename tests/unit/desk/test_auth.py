"""Log-in, cookie, CSRF token, and the limits on guessing passwords."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.desk.auth import ATTEMPTS_PER_ADDRESS, ATTEMPTS_PER_USER
from tests.unit.gateway.world import PASSWORD, World, error_of, running

LOGIN = "/desk/api/login"
LIST = "/desk/api/conversations"


async def attempt(world: World, username: str, password: str, **headers: str) -> Any:
    return await world.client.post(LOGIN, json={"username": username, "password": password}, headers=headers)


async def test_log_in_gives_the_agent_a_cookie_and_a_token(world: World) -> None:
    response = await attempt(world, "lin", PASSWORD)
    body = await response.json()
    assert body["agent"] == {"username": "lin", "display_name": "小林", "role": "agent", "language": "zh"}
    assert len(body["csrf"]) >= 32
    cookie = response.cookies["kefu_desk"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Strict", "/desk", "")
    assert PASSWORD not in await response.text()
    me = await world.client.get("/desk/api/me")
    assert await me.json() == body


async def test_cookie_is_secure_behind_https(world: World) -> None:
    response = await attempt(world, "lin", PASSWORD, **{"X-Forwarded-Proto": "https"})
    assert response.cookies["kefu_desk"]["secure"] is True


@pytest.mark.parametrize(
    ("username", "password"),
    [("lin", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), ("lin", ""), ("l\u0000in", PASSWORD), ("lin", "x" * 2000)],
)
async def test_wrong_log_in_is_refused(world: World, username: str, password: str) -> None:
    response = await attempt(world, username, password)
    assert "kefu_desk" not in response.cookies
    assert await error_of(response) == (401, "bad_login")


@pytest.mark.parametrize(
    "body", [{}, {"username": "lin"}, {"username": 5, "password": "x"}, {"username": "l", "password": []}]
)
async def test_incomplete_log_in_is_told(world: World, body: Any) -> None:
    assert await error_of(await world.client.post(LOGIN, json=body)) == (400, "bad_request")


async def test_guessing_is_slowed_down_for_the_guesser_only(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, trusted_proxies=1) as world:
        guesser, agent = {"X-Forwarded-For": "6.6.6.6"}, {"X-Forwarded-For": "10.0.0.1"}
        for _ in range(ATTEMPTS_PER_USER):
            assert (await attempt(world, "lin", "guess", **guesser)).status == 401
        refused = await attempt(world, "lin", PASSWORD, **guesser)
        assert int(refused.headers["Retry-After"]) >= 1
        assert await error_of(refused) == (429, "too_many_attempts")
        assert (await attempt(world, "lin", PASSWORD, **agent)).status == 200


async def test_one_address_cannot_try_many_names(world: World) -> None:
    for number in range(ATTEMPTS_PER_ADDRESS):
        assert (await attempt(world, f"name{number}", "")).status == 401
    assert await error_of(await attempt(world, "another", "")) == (429, "too_many_attempts")


async def test_endless_names_are_counted_without_being_kept(world: World) -> None:
    for number in range(ATTEMPTS_PER_USER):
        assert (await attempt(world, "x" * 50_000 + str(number), "")).status == 401
    assert await error_of(await attempt(world, "x" * 50_000, "")) == (429, "too_many_attempts")


async def test_right_password_forgives_earlier_mistakes(world: World) -> None:
    for _ in range(2):
        for _ in range(ATTEMPTS_PER_USER - 1):
            await attempt(world, "lin", "typo")
        assert (await attempt(world, "lin", PASSWORD)).status == 200


async def test_nothing_works_without_a_log_in(world: World) -> None:
    one = f"{LIST}/{'0' * 32}"
    for method, path in [
        ("GET", "/desk/api/me"),
        ("GET", "/desk/api/agents"),
        ("GET", "/desk/api/stream"),
        ("GET", LIST),
        ("GET", one),
        ("GET", f"{one}/transcript"),
        ("POST", f"{one}/claim"),
        ("POST", f"{one}/messages"),
        ("POST", f"{one}/notes"),
        ("POST", f"{one}/transfer"),
        ("POST", f"{one}/return"),
        ("POST", f"{one}/close"),
        ("POST", "/desk/api/logout"),
    ]:
        assert await error_of(await world.client.request(method, path, json={})) == (401, "not_logged_in"), path


async def test_stale_cookie_opens_nothing(world: World) -> None:
    headers = await world.log_in()
    token = world.client.session.cookie_jar.filter_cookies(world.client.make_url("/desk/"))["kefu_desk"].value
    assert (await world.client.post("/desk/api/logout", headers=headers)).status == 200
    for value in (token, "made-up", "x" * 5000, ""):
        world.client.session.cookie_jar.clear()
        response = await world.client.get(LIST, headers={"Cookie": f"kefu_desk={value}"})
        assert await error_of(response) == (401, "not_logged_in")


@pytest.mark.parametrize("token", [None, "", "wrong", "错", "\xff"])
async def test_actions_need_the_csrf_token(world: World, token: str | None) -> None:
    session = await world.session()
    await world.log_in()
    headers = {} if token is None else {"X-CSRF-Token": token}
    path = f"{LIST}/{session['conversation']}/claim"
    assert await error_of(await world.client.post(path, json={}, headers=headers)) == (403, "bad_csrf")
    assert (await world.parts.store.conversation(session["conversation"])).owner.value == "bot"


async def test_csrf_token_of_another_agent_is_worth_nothing(world: World) -> None:
    foreign = await world.log_in("sam")
    await world.log_in("lin")
    response = await world.client.post("/desk/api/logout", headers=foreign)
    assert await error_of(response) == (403, "bad_csrf")


async def test_errors_come_in_the_agents_language(world: World) -> None:
    for username, word in (("lin", "没有这个会话"), ("sam", "no such conversation")):
        await world.log_in(username)
        response = await world.client.get(f"{LIST}/{'0' * 32}")
        assert word in (await response.json())["error"]["message"]
