"""rules/limits.yml: our own file is sound, and an operator is told what is wrong with theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from actions import limits


def test_our_own_file_says_what_the_design_promises() -> None:
    found = limits.load()
    assert found.identity.attempts_per_conversation == 3
    assert found.of("cancel_order").allowed_states == ("paid",)


@pytest.mark.parametrize(
    ("section", "setting", "value", "told"),
    [
        ("identity", "attempts_per_conversation", 0, "identity.attempts_per_conversation"),
        ("identity", "attempts_per_order", "five", "identity.attempts_per_order"),
        ("cancel_order", "allowed_states", ["shiped"], "'shiped' is unknown; use one of"),
        ("cancel_order", "colour", "red", "'colour' is unknown"),
        ("choices", "orders_shown", 99, "choices.orders_shown"),
    ],
)
def test_a_fault_is_named(section: str, setting: str, value: object, told: str, tmp_path: Path) -> None:
    content = yaml.safe_load(limits.LIMITS_FILE.read_text("utf-8"))
    content[section][setting] = value
    edited = tmp_path / "limits.yml"
    edited.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(limits.LimitsError, match=told):
        limits.load(edited)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    edited = tmp_path / "limits.yml"
    edited.write_text("identity: {}\nchoices: {orders_shown: 3, topics_shown: 0}\n", "utf-8")
    with pytest.raises(limits.LimitsError) as told:
        limits.load(edited)
    assert "'cancel_order' is missing" in str(told.value)
    assert "choices.topics_shown" in str(told.value)


def test_a_setting_that_stands_twice_is_named_with_its_line(tmp_path: Path) -> None:
    edited = tmp_path / "limits.yml"
    edited.write_text("choices:\n  orders_shown: 3\n  orders_shown: 5\n", "utf-8")
    with pytest.raises(limits.LimitsError, match="line 3: 'orders_shown' stands twice"):
        limits.load(edited)


def test_a_missing_file_is_no_traceback_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(limits.LimitsError, match="cannot be read"):
        limits.load(tmp_path / "nowhere.yml")
