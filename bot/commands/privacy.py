"""``kefu privacy list``: who asked for a copy of their data or its erasure, and how far that has come."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from actions.records import clock, privacy
from actions.records.database import Database
from actions.records.privacy import PrivacyRequest
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """A table, or with ``--json`` one list. Reads only; links are never shown."""
    found = [_row(request) for request in asyncio.run(_read(settings))]
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(found)
    return 0


async def _read(settings: Settings) -> list[PrivacyRequest]:
    database = Database(settings.database_url)
    try:
        return await database.read(privacy.every)
    finally:
        await database.close()


def _row(request: PrivacyRequest) -> dict[str, Any]:
    return {
        "number": request.number,
        "kind": request.kind,
        "state": request.state,
        "customer": request.customer_id,
        "conversation": request.conversation_id,
        "asked_at": request.created_at.isoformat(),
        "due_at": request.due_at.isoformat(),
        "downloads": request.fetched,
        "outcome": dict(request.outcome),
    }


def _print(found: list[dict[str, Any]]) -> None:
    table = Table("number", "kind", "state", "customer", "asked", "due", "downloads", "outcome")
    for row in found:
        asked, due = (_moment(row[name]) for name in ("asked_at", "due_at"))
        outcome = ", ".join(f"{name} {value}" for name, value in row["outcome"].items() if value)
        table.add_row(
            row["number"], row["kind"], row["state"], row["customer"], asked, due, str(row["downloads"]), outcome
        )
    Console().print(table)


def _moment(text: str) -> str:
    return f"{clock.shop_time(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
