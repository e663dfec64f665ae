"""Put the web server together: the order of the middlewares, and every route in one list."""

from __future__ import annotations

from aiohttp import web

from bot.desk import api as desk
from bot.gateway import (
    desk_files,
    exports,
    health,
    help_pages,
    media,
    messenger,
    pages,
    web_files,
    web_menu,
    web_messages,
    web_sessions,
    web_stream,
    web_transcript,
    wechat,
    wecom,
)
from bot.gateway.metrics import Metrics
from bot.gateway.middlewares import (
    add_security_headers,
    check_origin,
    explain_errors,
    hide_versions,
    limit_address,
    limit_size,
    observe_requests,
    widen_size,
)
from bot.gateway.platforms import PLATFORMS, Platforms, work_beside
from bot.http.bodies import MAX_BODY
from bot.http.context import CONTEXT, Accounts, Context, Knowledge, Readiness
from bot.http.limits import AtOnce, AttemptLimit
from bot.http.sockets import OPEN_SOCKETS, SOCKET_PLACES, close_sockets
from bot.mail import Mailer
from bot.ports import Parts
from bot.ports_desk import OrderRecords
from bot.settings import Settings


def create_app(
    parts: Parts,
    settings: Settings,
    accounts: Accounts,
    readiness: Readiness,
    knowledge: Knowledge | None,
    records: OrderRecords,
    metrics: Metrics | None = None,
    platforms: Platforms | None = None,
    mailer: Mailer | None = None,
    copies: exports.Exports | None = None,
) -> web.Application:
    """The whole web server. It may serve before the brain is ready: messages are stored and answered later.

    Without ``platforms`` only the web is served; without ``mailer`` no copy of a conversation goes out by e-mail, and
    without ``copies`` no customer's copy of their data is handed out.

    ``metrics`` is the one whose ``metered`` store the parts use; without it only HTTP is counted.
    """
    numbers = metrics or Metrics()
    app = web.Application(
        client_max_size=MAX_BODY,
        middlewares=[
            widen_size,
            observe_requests(numbers),
            add_security_headers(settings),
            explain_errors,
            check_origin(settings),
            limit_address(settings),
            limit_size,
        ],
    )
    app[CONTEXT] = Context(parts, settings, accounts, readiness, knowledge, records, mailer)
    app[health.METRICS] = numbers
    app[OPEN_SOCKETS] = {}
    app[SOCKET_PLACES] = AtOnce()
    app[web_files.FILE_LIMITS] = web_files.limits()
    app[web_transcript.MAIL_LIMITS] = web_transcript.mail_limits()
    app[web_messages.SESSION_LIMIT] = AttemptLimit(settings.rate_per_session, 10)
    desk.add_to(app)
    app.add_routes(_routes())
    if copies is not None:
        app[exports.EXPORTS] = copies
    if platforms is not None:
        app[PLATFORMS] = platforms
        app.cleanup_ctx.append(work_beside)
    app.on_response_prepare.append(hide_versions)
    app.on_shutdown.append(close_sockets)
    return app


def _routes() -> list[web.RouteDef]:
    return [
        web.get("/healthz", health.healthz),
        web.get("/readyz", health.readyz),
        web.get("/metrics", health.metrics),
        web.post("/channels/web/sessions", web_sessions.open_session),
        web.post("/channels/web/messages", web_messages.post_message),
        web.get("/channels/web/messages", web_messages.get_messages),
        web.get("/channels/web/stream", web_stream.open_stream),
        web.get(web_menu.PATH, web_menu.get_menu),
        *web_files.routes(),
        *web_transcript.routes(),
        *wechat.routes(),
        *wecom.routes(),
        *messenger.routes(),
        *media.routes(),
        *desk_files.routes(),
        *exports.routes(),
        web.get("/", pages.shop),
        web.get("/widget.js", pages.widget_script),
        web.get("/{folder:widget|desk|shop}", pages.folder),
        web.get("/help/help.css", help_pages.style),
        web.get("/help/{slug:[a-z0-9][a-z0-9_-]*}", help_pages.article),
        web.get("/widget/{path:.*}", pages.file_in),
        web.get("/desk/{path:.*}", pages.file_in),
        web.get("/shop/{path:.*}", pages.file_in),
    ]
