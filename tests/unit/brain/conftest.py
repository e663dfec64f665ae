"""A tiny assistant, trained once a session, and a brain that serves it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.brain.rasa_agent import RasaBrain

HERE = Path(__file__).parent
TINY = HERE / "tiny_assistant"
# The assistant's own components and actions are found by these names.
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from bot.brain.quiet import quieten

    home = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_TELEMETRY_ENABLED", "false")
        patch.setenv("RASA_CACHE_DIRECTORY", str(home / "cache"))
        quieten()
        from rasa.model_training import train

        result = train(
            domain=str(TINY / "domain.yml"),
            config=str(TINY / "config.yml"),
            training_files=[str(TINY / "data")],
            output=str(home / "models"),
            fixed_model_name="tiny",
        )
    return Path(result.model)


@pytest.fixture(scope="session")
def brain(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaBrain]:
    from bot.brain.rasa_agent import RasaBrain

    home = tmp_path_factory.mktemp("home")
    loaded = RasaBrain.load(
        tiny_model, home, f"sqlite:///{home}/kefu.db", project=TINY, actions="tiny_assistant.tiny_actions"
    )
    yield loaded
    loaded.close()
