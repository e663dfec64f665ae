"""Where a request comes from: the page (``Origin``) and the network address, also behind trusted proxies."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from bot.settings import Settings

_WRITTEN_BY_PROXIES = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


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


def is_from_this_machine(request: web.Request) -> bool:
    """True when a program on this machine asks us by a name of this machine, and no proxy passed its request on.

    Private addresses do not count: behind a load balancer or in a container, the whole internet has one.
    """
    if any(name in request.headers for name in _WRITTEN_BY_PROXIES):
        return False
    try:
        asked = urlsplit("//" + request.headers.get("Host", "")).hostname or ""
    except ValueError:
        return False
    return _is_loopback(request.remote or "") and (asked == "localhost" or _is_loopback(asked))


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    # A socket for both kinds of addresses shows 127.0.0.1 as ::ffff:127.0.0.1.
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def is_secure(request: web.Request) -> bool:
    """True when the browser speaks https to us or to the proxy before us."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"


def _host(request: web.Request, settings: Settings) -> str:
    forwarded = request.headers.get("X-Forwarded-Host") if settings.trusted_proxies else None
    return (forwarded or request.headers.get("Host", "")).split(",")[-1].strip()
