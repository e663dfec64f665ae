"""``rules/proactive.yml``: its faults are told, and the night is where it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation.speak_first import Manners
from bot.jobs import rules
from tests.unit.jobs.conftest import ROOT

FILE = ROOT / "rules" / "proactive.yml"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("silent_days: 3", "silent_days: 0", "late_orders.silent_days"),
        ("from: 21", "from: 24", "quiet_hours.from"),
        ("channels:", "chanels:", "chanels"),
    ],
)
def test_each_fault_names_its_place(right: str, wrong: str, told: str, tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    assert right in text
    path = tmp_path / "proactive.yml"
    path.write_text(text.replace(right, wrong), "utf-8")
    with pytest.raises(rules.ProactiveRulesError, match=told):
        rules.load(path)


@pytest.mark.parametrize(("start", "end", "quiet"), [(21, 9, {21, 23, 0, 8}), (0, 6, {0, 5}), (8, 8, set())])
def test_quiet_hours_may_go_past_midnight(start: int, end: int, quiet: set[int]) -> None:
    manners = Manners(frozenset(), start, end)
    hours = {0, 5, 6, 8, 9, 12, 20, 21, 23}
    assert {hour for hour in hours if manners.is_quiet(hour)} == quiet | ({5, 6} if start == 21 else set())
