"""``kefu run``: the address it announces is one that opens."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.commands.run import address_of


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
async def test_the_address_has_the_port_that_was_found_free(host: str, shown: str) -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        assert port > 0
        assert address_of(runner, host) == f"http://{shown}:{port}"
    finally:
        await runner.cleanup()
