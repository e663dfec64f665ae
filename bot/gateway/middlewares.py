"""What happens around every request, each step under its own name. ``application.py`` gives their order."""

from __future__ import annotations

import time
import traceback

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.gateway.metrics import Metrics
from bot.gateway.policies import cors_headers, page_headers
from bot.http.bodies import largest_body
from bot.http.errors import ApiError, wait_first
from bot.http.language import language_of
from bot.http.limits import AttemptLimit
from bot.http.origins import address_of, is_allowed_origin, is_same_origin
from bot.ports import StaleConversation, UnknownConversation
from bot.settings import Settings

WEB_CHANNEL = "/channels/web/"
DESK_API = "/desk/api/"

log = structlog.get_logger("kefu.gateway")


def observe_requests(metrics: Metrics) -> Middleware:
    """Access log and request counts. Neither the query (it holds session tokens) nor any body is written down."""

    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            seconds = time.perf_counter() - started
            route = _route(request)
            metrics.requests.labels(request.method, route, str(status)).inc()
            if status != 101:
                metrics.request_seconds.labels(route).observe(seconds)
            log.info("request", method=request.method, route=route, status=status, ms=round(seconds * 1000, 1))

    return observe


def add_security_headers(settings: Settings) -> Middleware:
    """Content-security policy and the other headers of ``policies.py``; CORS for the allowed origins."""

    @web.middleware
    async def secure(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not response.prepared:
            for name, value in page_headers(request.path, settings, request.query.get("host")).items():
                response.headers.setdefault(name, value)
            if request.path.startswith(WEB_CHANNEL):
                response.headers.update(cors_headers(request, settings))
        return response

    return secure


async def hide_versions(request: web.Request, response: web.StreamResponse) -> None:
    """aiohttp would tell everybody which versions of it and of Python are at work. Of WebSockets too."""
    response.headers["Server"] = "Kefu"


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes JSON with a code and a sentence in the user's language."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response(language_of(request))
    except StaleConversation:
        return ApiError("owner_changed").response(language_of(request))
    except UnknownConversation:
        return ApiError("unknown_conversation").response(language_of(request))
    except web.HTTPException as error:
        return _from_http(error, request)
    except ConnectionResetError:
        raise
    except Exception as error:
        _log_trouble(request, error)
        return ApiError("trouble").response(language_of(request))


@web.middleware
async def widen_size(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A route that takes more than the others says so (``takes_up_to``). The outermost: the request is another one."""
    largest = largest_body(request)
    return await handler(request if largest == request.client_max_size else request.clone(client_max_size=largest))


@web.middleware
async def limit_size(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a large body before reading it; one that hides its length is cut off while reading (client_max_size)."""
    if (request.content_length or 0) > request.client_max_size:
        raise _too_large(request)
    return await handler(request)


def check_origin(settings: Settings) -> Middleware:
    """The web channel answers our pages and allowed sites, the desk only our own pages; answers CORS preflights."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(WEB_CHANNEL):
            if not is_allowed_origin(request, settings):
                raise ApiError("foreign_origin")
            if request.method == "OPTIONS":
                return web.Response(status=204)
        elif request.path.startswith(DESK_API) and not is_same_origin(request, settings):
            raise ApiError("foreign_origin.desk")
        return await handler(request)

    return check


def limit_address(settings: Settings) -> Middleware:
    """So many new sessions, messages and streams a minute from one network address; reading the history is free."""
    limit = AttemptLimit(settings.rate_per_address, 60)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        counted = request.method == "POST" or request.path.endswith("/stream")
        if counted and request.path.startswith(WEB_CHANNEL):
            seconds = limit.attempt(address_of(request, settings))
            if seconds:
                raise wait_first("slow_down", seconds)
        return await handler(request)

    return check


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


def _from_http(error: web.HTTPException, request: web.Request) -> web.StreamResponse:
    if error.status < 400:
        # A redirect is an answer, not a failure.
        return web.Response(status=error.status, headers={"Location": error.headers.get("Location", "/")})
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        refusal = _too_large(request)
    elif isinstance(error, web.HTTPMethodNotAllowed):
        refusal = ApiError("method_not_allowed", headers={"Allow": ", ".join(sorted(error.allowed_methods))})
    elif error.status == 404:
        refusal = ApiError("not_found")
    elif error.status < 500:
        refusal = ApiError("bad_request.http")
    else:
        _log_trouble(request, error)
        refusal = ApiError("trouble")
    return refusal.response(language_of(request))


def _too_large(request: web.Request) -> ApiError:
    # The connection ends: what is left of the body is not read.
    return ApiError("too_large", {"limit": request.client_max_size // 1024}, {"Connection": "close"})


def _log_trouble(request: web.Request, error: BaseException) -> None:
    # The exception's own text is left out: database errors quote the statement's values, customers' words among them.
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("trouble", method=request.method, route=_route(request), error=type(error).__name__, where=where)
