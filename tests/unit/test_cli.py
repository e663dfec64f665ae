"""The command line, where a file that somebody edited cannot be used."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

import pytest

from bot.cli import BROKEN_FILES, run_command


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def run(settings: object, options: object) -> int:
        raise error

    monkeypatch.setitem(sys.modules, "bot.commands.train", SimpleNamespace(run=run))


@pytest.mark.parametrize("name", sorted(BROKEN_FILES))
def test_a_broken_file_is_told_with_the_command_that_checks_it(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, _, kind = name.rpartition(".")
    failing(monkeypatch, getattr(importlib.import_module(module), kind)("here: a fault"))
    assert run_command(["train"]) == 2
    assert capsys.readouterr().err == f"kefu: here: a fault\nCheck with: {BROKEN_FILES[name]}\n"


def test_a_fault_of_our_own_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ValueError("unexpected"))
    with pytest.raises(ValueError, match="unexpected"):
        run_command(["train"])
