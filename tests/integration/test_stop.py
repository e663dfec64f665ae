"""Whoever stops a training stops all of it: no process is left behind that trains for nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Stands in for Rasa: writes down its process id, then works for ever.
ENDLESS = """
import os, pathlib, time
pathlib.Path(os.environ["KEFU_HOME"], "child").write_text(f"{os.getpid()}\\n")
time.sleep(3600)
"""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopping_a_training_stops_the_child(sent: signal.Signals, code: int, tmp_path: Path) -> None:
    (tmp_path / "rasa").mkdir()
    (tmp_path / "rasa" / "__init__.py").touch()
    (tmp_path / "rasa" / "__main__.py").write_text(ENDLESS)
    home = tmp_path / "home"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "KEFU_HOME": str(home)}
    parent = subprocess.Popen(
        [sys.executable, "-m", "bot", "train"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        child = psutil.Process(_written(home / "child", parent))
        parent.send_signal(sent)
        assert parent.wait(30) == code
        child.wait(30)
        assert not child.is_running()
    finally:
        parent.kill()
    assert not list((home / "models").glob("kefu-*"))


def _written(path: Path, parent: subprocess.Popen[bytes]) -> int:
    """The child's process id, once it has written it."""
    while parent.poll() is None:
        if path.exists() and path.read_text().endswith("\n"):
            return int(path.read_text())
    raise AssertionError(f"the training ended by itself with {parent.returncode}")
