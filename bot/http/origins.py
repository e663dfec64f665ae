"""Where a request comes from: the page (``Origin``) and the network address, also behind trusted proxies."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from bot.settings import Settings


def is_same_origin(request: web.Request, settings: Settings) -> bool:
    """True when the page was served by us, or when no browser is at work (no ``Origin`` header).

    Schemes are not compared: behind a proxy that ends TLS, ours says http where the page's says https.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == _host(request, settings).lower() != ""
    except ValueError:
        return False


def is_allowed_origin(request: web.Request, settings: Settings) -> bool:
    """True for our own pages and for the sites of ``KEFU_ALLOWED_ORIGINS``."""
    origin = request.headers.get("Origin", "").lower()
    return origin in settings.allowed_origins or is_same_origin(request, settings)


def address_of(request: web.Request, settings: Settings) -> str:
    """The customer's network address: what the outermost trusted proxy saw, else the connection's own."""
    direct = request.remote or ""
    if settings.trusted_proxies == 0:
        return direct
    # Each proxy appends the address it saw; what stands further left was written by the sender and proves nothing.
    seen = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
    return seen[-settings.trusted_proxies] or direct if len(seen) >= settings.trusted_proxies else direct


def is_secure(request: web.Request) -> bool:
    """True when the browser speaks https to us or to the proxy before us."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"


def _host(request: web.Request, settings: Settings) -> str:
    forwarded = request.headers.get("X-Forwarded-Host") if settings.trusted_proxies else None
    return (forwarded or request.headers.get("Host", "")).split(",")[-1].strip()
