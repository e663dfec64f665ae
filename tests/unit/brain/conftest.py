"""A tiny assistant, trained once a session, and a brain that serves it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

if TYPE_CHECKING:
    from bot.brain.rasa_agent import RasaBrain

HERE = Path(__file__).parent
TINY = HERE / "tiny_assistant"
# The assistant's own components and actions are found by these names.
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained in a child process: a brain loaded before may have kept TensorFlow, out of this one."""
    home = tmp_path_factory.mktemp("tiny")
    child = subprocess.run(
        [sys.executable, "-m", "rasa", "train", "--out", str(home / "models"), "--fixed-model-name", "tiny"],
        cwd=TINY,
        env={
            **os.environ,
            "PYTHONPATH": str(HERE),
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_CACHE_DIRECTORY": str(home / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stdout[-3000:] + child.stderr[-3000:]
    return home / "models" / "tiny.tar.gz"


@pytest.fixture(scope="session")
def brain(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaBrain]:
    from bot.brain.rasa_agent import RasaBrain

    home = tmp_path_factory.mktemp("home")
    # A test that captured logs leaves structlog "configured" with its defaults, which the brain would keep.
    structlog.reset_defaults()
    loaded = RasaBrain.load(
        tiny_model, home, f"sqlite:///{home}/kefu.db", project=TINY, actions="tiny_assistant.tiny_actions"
    )
    yield loaded
    loaded.close()
