"""``kefu complaints``: what customers complain of, and which complaints somebody must still deal with."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from actions.records import clock, complaints
from actions.records.complaints import Complaint
from actions.records.database import Database
from actions.words import words
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Two tables, or with ``--json`` one object: ``{causes: [...], unsettled: [...]}``. Reads only."""
    found = asyncio.run(_read(settings))
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(found)
    return 0


async def _read(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    database = Database(settings.database_url)
    try:
        causes = await database.read(complaints.by_cause)
        unsettled = await database.read(complaints.unsettled)
    finally:
        await database.close()
    return {"causes": causes, "unsettled": [_row(made) for made in unsettled]}


def _row(made: Complaint) -> dict[str, Any]:
    return {
        "number": made.number,
        "cause": made.cause,
        "state": made.state,
        "deadline": made.deadline.isoformat(),
        "overdue": made.deadline < clock.now(),
        "order_number": made.order_number,
        "conversation": made.conversation_id,
        "words": [said["text"] for said in made.words if said["text"]],
    }


def _print(found: dict[str, list[dict[str, Any]]]) -> None:
    causes = Table("cause", "complaints", "not settled")
    for row in found["causes"]:
        causes.add_row(_named(row["cause"]), str(row["count"]), str(row["unsettled"]))
    unsettled = Table("number", "state", "deadline", "cause", "order", "the customer's words")
    for row in found["unsettled"]:
        until = clock.shop_time(datetime.fromisoformat(row["deadline"]))
        deadline = f"{until:%Y-%m-%d %H:%M}{' overdue' if row['overdue'] else ''}"
        said = " / ".join(row["words"])
        unsettled.add_row(row["number"], row["state"], deadline, row["cause"], row["order_number"] or "–", said[:80])
    console = Console()
    console.print(causes, unsettled)
    late = sum(row["overdue"] for row in found["unsettled"])
    print(f"kefu: {late} complaint(s) past the deadline.", file=sys.stderr)


def _named(cause: str) -> str:
    return f"{cause} ({words().both(f'word_cause_{cause}')['zh']})"
