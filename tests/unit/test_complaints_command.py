"""``kefu complaints``: the causes and what is left to do, for people and for programs."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from actions.records import clock, complaints
from actions.records.complaints import Matter
from actions.records.database import Database
from bot.commands import complaints as command
from bot.settings import Settings
from tests.databases import copy_of


def test_json_holds_causes_and_open_cases(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = copy_of(template, tmp_path)

    async def complain() -> str:
        database = Database(url)
        matter = Matter("m1", "c1", "快递三天没动静", "delivery")
        made = await database.write(complaints.write_down, matter, clock.now(), 24)
        await database.close()
        return made.number

    number = asyncio.run(complain())
    settings = Settings.from_environment({"KEFU_HOME": str(tmp_path), "KEFU_DATABASE_URL": url})
    assert command.run(settings, argparse.Namespace(json=True)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["causes"] == [{"cause": "delivery", "count": 1, "unsettled": 1}]
    (case,) = found["unsettled"]
    assert (case["number"], case["words"], case["overdue"]) == (number, ["快递三天没动静"], False)
    assert command.run(settings, argparse.Namespace(json=False)) == 0
    assert number in capsys.readouterr().out


def test_what_is_past_its_deadline_is_counted(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = copy_of(template, tmp_path)

    async def complain() -> None:
        database = Database(url)
        for number, hours in enumerate((1, 30)):
            matter = Matter(f"m{number}", f"c{number}", "快递三天没动静", "delivery")
            await database.write(complaints.write_down, matter, clock.now() - timedelta(hours=hours), 24)
        await database.close()

    asyncio.run(complain())
    settings = Settings.from_environment({"KEFU_HOME": str(tmp_path), "KEFU_DATABASE_URL": url})
    assert command.run(settings, argparse.Namespace(json=False)) == 0
    told = capsys.readouterr()
    assert told.out.count("overdue") == 1
    assert "1 complaint(s) past the deadline" in told.err
