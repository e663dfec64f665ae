"""What the wiring makes by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from bot.wiring import demo_password


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url="sqlite:///unused.db")


def test_the_demo_password_is_made_once_and_readable_by_its_owner_only(settings: Settings) -> None:
    made = demo_password(settings)
    assert len(made) >= 12
    assert demo_password(settings) == made
    assert (settings.home / "demo-password").stat().st_mode & 0o077 == 0


def test_a_demo_password_is_never_empty(settings: Settings) -> None:
    """As a kill or a full disk leaves it in the middle of its making."""
    (settings.home / "demo-password").touch()
    made = demo_password(settings)
    assert len(made) >= 12
    assert demo_password(settings) == made
