"""What the simulated platforms share: a clock that can be moved, reply windows, retried deliveries, a phone's page."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

PAGE = Path(__file__).parent / "phone.html"
ACKNOWLEDGE_SECONDS = 5.0
DELIVERIES = 3


@dataclass
class Clock:
    """Real time and what it was moved by, in seconds since 1970."""

    moved: float = 0.0

    def now(self) -> float:
        return time.time() + self.moved

    def advance(self, seconds: float) -> None:
        self.moved += seconds


@dataclass
class Window:
    """How long and how many messages a customer's deed allows."""

    lasts: float
    messages: int
    opened_at: float = 0.0
    sent: int = 0


@dataclass
class Customer:
    """One person with a phone. ``screen``: what they see, oldest first, as the phone's page draws it."""

    id: str
    following: bool = True
    windows: dict[str, Window] = field(default_factory=dict)
    screen: list[dict[str, Any]] = field(default_factory=list)

    def open(self, kind: str, lasts: float, messages: int, now: float) -> None:
        self.windows[kind] = Window(lasts, messages, now)

    def pay(self, now: float) -> str | None:
        """One message out of an open window; else ``window`` or ``quota``."""
        opened = [window for window in self.windows.values() if now < window.opened_at + window.lasts]
        free = [window for window in opened if window.sent < window.messages]
        if not free:
            return "quota" if opened else "window"
        min(free, key=lambda window: window.opened_at + window.lasts).sent += 1
        return None

    def sees(self, author: str, **shown: Any) -> None:
        self.screen.append({"author": author, **shown})

    def texts(self) -> list[str]:
        """What the shop said."""
        return [each["text"] for each in self.screen if each["author"] == "shop"]


@dataclass(frozen=True)
class Delivered:
    """How a call-back went. ``seconds`` of each try; ``answer``: the last body; ``fault``: the customer reads
    that the service has broken down."""

    seconds: tuple[float, ...]
    status: int
    answer: str
    fault: bool


class Refusal(Exception):
    """An error code instead of an answer."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text


Signed = Callable[[], tuple[Mapping[str, str], bytes]]


@dataclass
class Simulator:
    """The half that all platforms have in common. ``target``: the address of our call-back."""

    target: str = ""
    clock: Clock = field(default_factory=Clock)
    dice: random.Random = field(default_factory=lambda: random.Random(20261122))
    customers: dict[str, Customer] = field(default_factory=dict)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(24_000_000_000_000_000))
    faults: int = 0
    calls: list[tuple[str, Any]] = field(default_factory=list)
    # What goes wrong on purpose.
    lose_acknowledgements: bool = False
    duplicate_share: float = 0.0
    busy_calls: int = 0
    _session: aiohttp.ClientSession | None = None

    @staticmethod
    def stamp() -> int:
        """What stands in call-backs: real time, because a receiver believes nothing that is hours ahead."""
        return int(time.time())

    def customer(self, name: str) -> Customer:
        return self.customers.setdefault(name, Customer(name))

    async def deliver(self, sign: Signed) -> Delivered:
        """As the platform does: up to three times, five seconds each; a fresh signature for every try."""
        seconds: list[float] = []
        status, answer = 0, ""
        for attempt in range(DELIVERIES):
            query, body = sign()
            started = time.monotonic()
            try:
                status, answer = await asyncio.wait_for(self._post(query, body), ACKNOWLEDGE_SECONDS)
            except (asyncio.TimeoutError, aiohttp.ClientError):
                status, answer = 0, ""
            seconds.append(time.monotonic() - started)
            lost = self.lose_acknowledgements and attempt < DELIVERIES - 1
            if status == 200 and not lost:
                break
        fault = status != 200
        self.faults += fault
        if not fault and self.dice.random() < self.duplicate_share:
            await self._post(*sign())
        return Delivered(tuple(seconds), status, answer, fault)

    async def _post(self, query: Mapping[str, str], body: bytes) -> tuple[int, str]:
        async with self.session.post(self.target, params=query, data=body, headers={"Content-Type": "text/xml"}) as got:
            return got.status, await got.text()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def close(self, _app: web.Application | None = None) -> None:
        if self._session is not None:
            await self._session.close()

    # --- the phone's page -------------------------------------------------------------------
    def application(self, title: str) -> web.Application:
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.on_cleanup.append(self.close)

        async def page(_: web.Request) -> web.Response:
            html = PAGE.read_text(encoding="utf-8").replace("{{title}}", title)
            return web.Response(text=html, content_type="text/html")

        async def screen(request: web.Request) -> web.Response:
            customer = self.customer(request.query.get("customer", "customer-1"))
            windows = {
                kind: {
                    "left": window.messages - window.sent,
                    "closes_in": window.opened_at + window.lasts - self.clock.now(),
                }
                for kind, window in customer.windows.items()
            }
            return web.json_response({"screen": customer.screen, "windows": windows, "faults": self.faults})

        async def act(request: web.Request) -> web.Response:
            asked = await request.json()
            await self.act(asked.pop("customer", "customer-1"), asked.pop("do", "say"), asked)
            return web.json_response({})

        app.add_routes([web.get("/", page), web.get("/phone", screen), web.post("/phone", act)])
        return app

    async def act(self, customer: str, deed: str, details: Mapping[str, Any]) -> None:
        """What the phone's page can do; ``clock`` and ``trouble`` are the platform's own."""
        if deed == "clock":
            self.clock.advance(float(details["seconds"]))
        elif deed == "trouble":
            self.lose_acknowledgements = bool(details.get("lose_acknowledgements"))
            self.duplicate_share = float(details.get("duplicate_share", 0))
        else:
            raise web.HTTPBadRequest


def answering(simulator: Simulator, handler: Callable[[web.Request], Awaitable[Mapping[str, Any]]]) -> Any:
    """A platform's API call: HTTP 200 always, the error in ``errcode``."""

    async def handle(request: web.Request) -> web.Response:
        try:
            if simulator.busy_calls:
                simulator.busy_calls -= 1
                raise Refusal(-1, "system busy")
            return web.json_response({"errcode": 0, "errmsg": "ok", **await handler(request)})
        except Refusal as refusal:
            return web.json_response({"errcode": refusal.code, "errmsg": refusal.text or f"error {refusal.code}"})

    return handle


async def body_of(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise Refusal(47001, "data format error") from None
    if not isinstance(body, dict):
        raise Refusal(47001, "data format error")
    return body
