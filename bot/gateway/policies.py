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


def page_headers(path: str, settings: Settings) -> dict[str, str]:
    """Headers for the answer to ``path``; no script but our own files runs on any page of ours."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Content-Security-Policy": _policy(path, settings),
    }
    if path == "/widget.js":
        # Other sites load this one script; some of them isolate themselves and need to be told that they may.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    elif path.startswith("/widget/"):
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
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


def _policy(path: str, settings: Settings) -> str:
    if path.startswith(("/channels/", "/desk/api/")) or path in ("/healthz", "/readyz", "/metrics"):
        return _DATA
    if path.startswith("/widget/"):
        return " ".join([f"{_PAGE}; frame-ancestors 'self'", *settings.allowed_origins])
    if path.startswith(("/desk/", "/help/")):
        return f"{_PAGE}; frame-ancestors 'none'"
    return f"{_PAGE}; frame-src 'self'; frame-ancestors 'none'"
