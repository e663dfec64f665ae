"""``kefu privacy list``: who asked for their data or its erasure, for people and for programs; never a link."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from actions.records import clock, privacy
from actions.records.database import Database
from bot.cli import build_parser
from bot.commands import privacy as command
from bot.settings import Settings
from tests.databases import copy_of

KEY = "ab" * 32


def test_every_request_is_listed_without_the_key_of_its_link(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = copy_of(template, tmp_path)

    async def ask() -> list[str]:
        database, now = Database(url), clock.now()
        copy = await database.write(privacy.ask, "export", "C10003", ("c1", "m1", "zh"), now, now)
        ready = {"state": "ready", "link_key": KEY, "file": b"PK", "outcome": {"bytes": 2}}
        await database.write(privacy.change, copy.number, "waiting", now, **ready)
        due = now + timedelta(hours=72)
        erasure = await database.write(privacy.ask, "erase", "C10003", ("c1", "m2", "zh"), now, due)
        await database.close()
        return [erasure.number, copy.number]

    numbers = asyncio.run(ask())
    settings = Settings.from_environment({"KEFU_HOME": str(tmp_path), "KEFU_DATABASE_URL": url})
    assert command.run(settings, build_parser().parse_args(["privacy", "list", "--json"])) == 0
    shown = capsys.readouterr().out
    listed = json.loads(shown)
    assert [(each["number"], each["kind"], each["state"]) for each in listed] == [
        (numbers[0], "erase", "waiting"),
        (numbers[1], "export", "ready"),
    ]
    assert KEY not in shown
    assert command.run(settings, build_parser().parse_args(["privacy", "list"])) == 0
    assert capsys.readouterr().out.strip()
