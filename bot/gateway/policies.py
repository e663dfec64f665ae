"""The security headers of each page: what it may load, and who may frame it."""

from __future__ import annotations

from aiohttp import web

from bot.http.origins import is_allowed_origin
from bot.settings import Settings

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
)
_DATA = "default-src 'none'; frame-ancestors 'none'"


NO_ORIGIN = "null"
"""What browsers call the origin of a sandboxed page; no policy can name it as one that may frame us."""
# Nothing that an earlier visit left can be reached from such a page, so it does no harm whoever frames it.
_SANDBOX = "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads"


def page_headers(path: str, settings: Settings, host: str | None = None) -> dict[str, str]:
    """Headers for the answer to ``path``; no script but our own files runs on any page of ours.

    ``host``: the origin of the page that frames the widget, as the widget's loader names it.
    """
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Content-Security-Policy": _policy(path, settings, host),
    }
    if path == "/widget.js":
        # Other sites load this one script; some of them isolate themselves and need to be told that they may.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    elif path.startswith("/widget/"):
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        # Modules of a sandboxed page are asked for across origins; they are the same for everybody.
        headers["Access-Control-Allow-Origin"] = "*"
    else:
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if path.startswith(("/channels/", "/desk/api/")):
        headers["Cache-Control"] = "no-store"
    return headers


def cors_headers(request: web.Request, settings: Settings) -> dict[str, str]:
    """What lets a page of an allowed origin read the answer; no cookies are involved, sessions travel in the body."""
    headers = {"Vary": "Origin"}
    origin = request.headers.get("Origin")
    if origin and is_allowed_origin(request, settings):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = "Retry-After"
        if request.method == "OPTIONS":
            headers["Access-Control-Allow-Methods"] = "GET, POST"
            headers["Access-Control-Allow-Headers"] = "Content-Type, Accept-Language"
            headers["Access-Control-Max-Age"] = "600"
    return headers


def _policy(path: str, settings: Settings, host: str | None) -> str:
    if path.startswith(("/channels/", "/desk/api/")) or path in ("/healthz", "/readyz", "/metrics"):
        return _DATA
    if path.startswith("/widget/"):
        if host == NO_ORIGIN and NO_ORIGIN in settings.allowed_origins:
            return f"{_PAGE}; {_SANDBOX}"
        named = [origin for origin in settings.allowed_origins if origin != NO_ORIGIN]
        return " ".join([f"{_PAGE}; frame-ancestors 'self'", *named])
    if path.startswith(("/desk/", "/help/")):
        return f"{_PAGE}; frame-ancestors 'none'"
    return f"{_PAGE}; frame-src 'self'; frame-ancestors 'none'"
