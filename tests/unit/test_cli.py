"""The command line, where a file that somebody edited cannot be used."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import logs
from bot.brain.train import TrainingFailed
from bot.cli import BROKEN_FILES, run_command
from bot.stores.serving import sole_server


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


def test_a_training_that_fails_speaks_for_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, TrainingFailed("training the model failed.\n  Remedy: this."))
    assert run_command(["train"]) == 1
    assert capsys.readouterr() == ("", "kefu: training the model failed.\n  Remedy: this.\n")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://kefu:hunter2@127.0.0.1:1/kefu", "Connection refused"),
        ("postgresql://kefu:hunter2@127.0.0.1:port/kefu", "port"),
        ("sqlite:////dev/null/kefu.db", "/dev/null"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told(
    url: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEFU_HOME", str(tmp_path))
    monkeypatch.setenv("KEFU_DATABASE_URL", url)
    assert run_command(["db", "upgrade"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("kefu: ")
    assert "KEFU_DATABASE_URL" in told
    assert said in told
    assert "hunter2" not in told


def test_a_second_run_is_refused_before_it_touches_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other commands go on beside the one that serves."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "configure", lambda home: None)  # it would hold for all later tests
    monkeypatch.setenv("KEFU_HOME", "shop")
    with sole_server(f"sqlite:///{tmp_path}/shop/kefu.db"):
        assert run_command(["run"]) == 1
        told = capsys.readouterr().err
        assert told.startswith("kefu: another `kefu run` is serving this database: ")
        assert "另一个 `kefu run` 正在使用这个数据库" in told
        assert not (tmp_path / "shop" / "kefu.db").exists()
        assert run_command(["db", "upgrade"]) == 0
        assert run_command(["agents", "list"]) == 0


def test_a_home_that_cannot_be_made_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEFU_HOME", "/dev/null/kefu")
    assert run_command(["db", "upgrade"]) == 2
    assert capsys.readouterr().err == (
        "kefu: KEFU_HOME: /dev/null/kefu cannot be made: Not a directory. Set it to a folder of yours.\n"
    )


def test_a_fault_of_our_own_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ValueError("unexpected"))
    with pytest.raises(ValueError, match="unexpected"):
        run_command(["train"])
