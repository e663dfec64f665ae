"""``kefu rules check`` on a rule file with several faults."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from bot import wiring
from bot.commands import rules
from bot.settings import Settings


def test_each_fault_is_one_line_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(wiring.RULES, tmp_path / "rules")
    path = tmp_path / "rules" / "handoff.yml"
    text = path.read_text(encoding="utf-8").replace("mood_at_most: -0.6}", "mood_below: 0}")
    path.write_text(text.replace("do: offer\n", "do: ofer\n"), encoding="utf-8")
    monkeypatch.setattr(wiring, "RULES", tmp_path / "rules")
    assert rules.run(Settings.from_environment({}), argparse.Namespace(action="check")) == 1
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 3
    assert "3 fault(s)" in told.err


def test_an_intent_and_arguments_are_held_against_the_domain_and_the_responses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(wiring.RULES, tmp_path / "rules")
    path = tmp_path / "rules" / "handoff.yml"
    text = path.read_text(encoding="utf-8").replace("intent: request_human}", "intent: request_humn}")
    path.write_text(text.replace("[notice_upset]", "[notice_agent_joined]"), encoding="utf-8")
    monkeypatch.setattr(wiring, "RULES", tmp_path / "rules")
    faults = "\n".join(wiring.rule_faults())
    assert "did you mean 'request_human'?" in faults
    assert "'notice_agent_joined' needs {agent}" in faults


def test_the_shops_own_files_are_checked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(wiring.RULES, tmp_path / "rules")
    (tmp_path / "rules" / "shop.yml").write_text("timezone: Asia/Shangai\ncurrency: CNY\n", encoding="utf-8")
    monkeypatch.setattr(wiring, "RULES", tmp_path / "rules")
    (fault,) = wiring.rule_faults()
    assert fault.startswith("shop.yml")
    assert "Asia/Shangai" in fault


def test_a_message_can_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    tried = argparse.Namespace(action="try", message=["充电宝鼓包了还冒烟", "is the battery safe?"])
    assert rules.run(Settings.from_environment({}), tried) == 0
    assert capsys.readouterr().out.splitlines() == [
        "fire_or_smoke (冒烟、鼓包)\t充电宝鼓包了还冒烟",
        "-\tis the battery safe?",
    ]
