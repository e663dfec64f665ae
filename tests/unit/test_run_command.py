"""``kefu run``: the address it announces is one that opens, and whatever ends it, everything is closed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from actions import limits
from bot import wiring, wiring_demo
from bot.commands import run
from bot.settings import Settings
from tests.fakes import fake_parts


@dataclass
class FakeAssembly:
    """Takes the place of everything behind the web server."""

    load_brain: Callable[[], Coroutine[Any, Any, None]]
    closed: bool = False
    parts: Any = None
    database: Any = None
    accounts: Any = None
    brain: Any = None
    library: Any = None
    orders: Any = None
    records: Any = field(default_factory=lambda: SimpleNamespace(kind="own"))
    metrics: Any = None
    mailer: Any = None
    limits: Any = field(default_factory=limits.load)
    platforms: Any = field(default_factory=lambda: SimpleNamespace(gateway=None))

    async def close(self) -> None:
        self.closed = True


async def serve(
    load_brain: Callable[[], Coroutine[Any, Any, None]], monkeypatch: pytest.MonkeyPatch, port: int = 0
) -> tuple[FakeAssembly, asyncio.Task[int]]:
    assembly = FakeAssembly(load_brain, parts=fake_parts(None))

    async def assemble(settings: Settings) -> FakeAssembly:
        return assembly

    async def seed_demo(settings: Settings, database: Any) -> dict[str, str]:
        return {}

    monkeypatch.setattr(wiring, "assemble", assemble)
    monkeypatch.setattr(wiring_demo, "seed_demo", seed_demo)
    settings = Settings(home=Path("unused"), database_url="sqlite:///unused.db", port=port)
    return assembly, asyncio.create_task(run._serve(settings))


async def test_a_model_that_cannot_be_loaded_ends_it_in_good_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> None:
        raise OSError("broken model")

    assembly, serving = await serve(broken, monkeypatch)
    with pytest.raises(OSError, match="broken model"):
        await serving
    assert assembly.closed


async def test_a_signal_ends_it_in_good_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async def loaded() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    assembly, serving = await serve(loaded, monkeypatch)
    assert await serving == 0
    assert assembly.closed


async def test_a_port_that_is_taken_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def never() -> None:
        raise AssertionError("loaded in vain")

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assembly, serving = await serve(never, monkeypatch, port=taken.getsockname()[1])
        assert await serving == 1
    assert assembly.closed
    assert "KEFU_PORT" in capsys.readouterr().err


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
async def test_the_address_has_the_port_that_was_found_free(host: str, shown: str) -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        assert port > 0
        assert run.address_of(runner, host) == f"http://{shown}:{port}"
    finally:
        await runner.cleanup()
