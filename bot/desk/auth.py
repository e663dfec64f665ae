"""Agents log in with a password and then carry a cookie; whatever changes something also needs the CSRF token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from aiohttp import web

from bot.http.bodies import MAX_ID, is_id, read_object
from bot.http.context import context_of
from bot.http.errors import ApiError, wait_first, wrong_field
from bot.http.language import set_language
from bot.http.limits import AttemptLimit
from bot.http.origins import address_of, is_secure
from bot.messages import Agent

COOKIE = "kefu_desk"
COOKIE_PATH = "/desk"
CSRF_HEADER = "X-CSRF-Token"
LONGEST_PASSWORD = 1024
WINDOW_SECONDS = 300
# By user and address together, so that a stranger cannot lock an agent out of their own desk.
USER_LIMIT = web.AppKey("login_user_limit", AttemptLimit)
ADDRESS_LIMIT = web.AppKey("login_address_limit", AttemptLimit)
ATTEMPTS_PER_USER = 5
ATTEMPTS_PER_ADDRESS = 20

AgentHandler = Callable[[web.Request, Agent], Awaitable[web.StreamResponse]]
RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def login(request: web.Request) -> web.Response:
    """``{username, password}`` → ``{agent, csrf}`` and the cookie; bad_login, too_many_attempts."""
    context = context_of(request)
    username, password = _credentials(await read_object(request))
    address = address_of(request, context.settings)
    # Counted before the check: a hundred attempts at once must not all slip through while the first is verified.
    _count_attempt(request, username, address)
    usable = is_id(username) and len(password) <= LONGEST_PASSWORD and "\0" not in password
    agent = await context.accounts.check_password(username, password) if usable else None
    if agent is None:
        raise ApiError("bad_login")
    request.config_dict[USER_LIMIT].forget((username, address))
    token, csrf = await context.accounts.create_desk_session(agent.username)
    response = web.json_response(_me(agent, csrf))
    response.set_cookie(COOKIE, token, path=COOKIE_PATH, httponly=True, samesite="Strict", secure=is_secure(request))
    return response


async def logout(request: web.Request, agent: Agent) -> web.Response:
    await context_of(request).accounts.end_desk_session(request.cookies[COOKIE])
    response = web.json_response({})
    response.del_cookie(COOKIE, path=COOKIE_PATH)
    return response


async def me(request: web.Request, agent: Agent) -> web.Response:
    """The same as after a log-in, so that a page can be loaded again."""
    _, csrf = await desk_session(request)
    return web.json_response(_me(agent, csrf))


def with_agent(handler: AgentHandler) -> RequestHandler:
    """Let only a logged-in agent through; requests other than GET need the session's CSRF token."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        agent, csrf = await desk_session(request)
        set_language(request, agent.language)
        if request.method not in ("GET", "HEAD"):
            given = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), csrf.encode()):
                raise ApiError("bad_csrf")
        return await handler(request, agent)

    return guarded


async def desk_session(request: web.Request) -> tuple[Agent, str]:
    """The agent and the CSRF token behind the cookie; raises not_logged_in."""
    token = request.cookies.get(COOKIE, "")
    session = await context_of(request).accounts.desk_session(token) if is_id(token) else None
    if session is None:
        raise ApiError("not_logged_in")
    return session


def agent_json(agent: Agent) -> dict[str, str]:
    return {
        "username": agent.username,
        "display_name": agent.display_name,
        "role": agent.role,
        "language": agent.language,
    }


def add_limits_to(app: web.Application) -> None:
    app[USER_LIMIT] = AttemptLimit(ATTEMPTS_PER_USER, WINDOW_SECONDS)
    app[ADDRESS_LIMIT] = AttemptLimit(ATTEMPTS_PER_ADDRESS, WINDOW_SECONDS)


def _credentials(body: dict[str, Any]) -> tuple[str, str]:
    for name in ("username", "password"):
        if not isinstance(body.get(name), str):
            raise wrong_field(name, "文字", "text")
    return body["username"].strip(), body["password"]


def _count_attempt(request: web.Request, username: str, address: str) -> None:
    app = request.config_dict
    # What is counted is kept for a while: not the whole of a name that nobody can have.
    seconds = app[ADDRESS_LIMIT].attempt(address) or app[USER_LIMIT].attempt((username[:MAX_ID], address))
    if seconds:
        raise wait_first("too_many_attempts", seconds)


def _me(agent: Agent, csrf: str) -> dict[str, Any]:
    return {"agent": agent_json(agent), "csrf": csrf}
