"""``kefu demo seed``: put the demo orders and log-ins into the database."""

from __future__ import annotations

import argparse
import asyncio
import json

from bot import wiring, wiring_demo
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Seed (again: harmless) and print the log-ins as JSON."""
    wiring.prepare(settings)
    print(json.dumps(asyncio.run(_seed(settings))))
    return 0


async def _seed(settings: Settings) -> dict[str, str]:
    assembly = await wiring.assemble(settings)
    try:
        return await wiring_demo.seed_demo(settings, assembly.database)
    finally:
        await assembly.close()
