"""``kefu run``: everything in one process: gateway, queue, brain thread, SQLite."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import time

from aiohttp import web
from rich.console import Console

from bot import logs, wiring, wiring_demo
from bot.gateway.application import create_app
from bot.gateway.exports import Exports
from bot.settings import Settings
from bot.stores.serving import sole_server

console = Console(stderr=True, highlight=False)

# What a stop gives requests under way; aiohttp's own minute is longer than a supervisor waits.
LAST_REQUESTS_SECONDS = 5.0


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; 1 when the port is taken. Raises TrainingFailed, AlreadyServed."""
    from bot.brain import train

    settings.make_home()
    logs.configure(settings.home)
    # First of all: a newer version must not change the tables under a running shop.
    with sole_server(settings.database_url):
        wiring.prepare(settings)
        train.ensure_model(settings.home)
        with contextlib.suppress(KeyboardInterrupt):
            return asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> int:
    started = time.monotonic()
    assembly = await wiring.assemble(settings)
    logins = await wiring_demo.seed_demo(settings, assembly.database)
    app = create_app(
        assembly.parts,
        settings,
        accounts=assembly.accounts,
        readiness=assembly.brain,
        knowledge=assembly.library,
        records=assembly.orders,
        metrics=assembly.metrics,
        platforms=assembly.platforms.gateway,
        mailer=assembly.mailer,
        copies=Exports(assembly.database, assembly.limits.privacy),
    )
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=LAST_REQUESTS_SECONDS)
    await runner.setup()
    try:
        if not await _listen(runner, settings):
            return 1
        _announce(address_of(runner, settings.host), logins, has_demo_orders=assembly.records.kind == "own")
        await _run_until_stopped(assembly, started)
        return 0
    finally:
        await runner.cleanup()
        await assembly.close()


async def _listen(runner: web.AppRunner, settings: Settings) -> bool:
    """False, and told why, where the port cannot be had."""
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        console.print(f"kefu: cannot listen on {settings.host}:{settings.port}: {error.strerror}.", markup=False)
        console.print("  Remedy: stop what uses that port, or set KEFU_PORT to another one.")
        return False
    return True


async def _run_until_stopped(assembly: wiring.Assembly, started: float) -> None:
    """Raises what the loading of the model raised."""
    stop = _stop_event()
    loading = asyncio.create_task(assembly.load_brain())
    stopping = asyncio.create_task(stop.wait())
    with console.status("loading the language model …"):
        await asyncio.wait({loading, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if loading.done():
        loading.result()
        console.print(f"kefu: ready after {time.monotonic() - started:.0f} s. Ctrl-C stops.")
    await stopping
    console.print("kefu: stopping …")
    # A thread cannot be interrupted: wait for the load to end, then close in good order.
    await asyncio.gather(loading, return_exceptions=True)


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    return stop


def address_of(runner: web.AppRunner, host: str) -> str:
    """Where a browser finds the site that was started; port 0 has become a free one."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{runner.addresses[0][1]}"


def _announce(address: str, logins: dict[str, str], *, has_demo_orders: bool) -> None:
    console.print("\n[bold]Kefu 客服[/bold]")
    console.print(f"  shop page with the widget   {address}/")
    console.print(f"  agents' desk                {address}/desk/")
    for username, password in logins.items():
        console.print(f"  demo log-in                 {username} / {password}", markup=False)
    if has_demo_orders:
        console.print("  demo orders                 SO202611010001 … 0006, last four digits 8001 … 8006")
    console.print()
    sys.stderr.flush()
