"""Databases that many suites share: made once a session, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import postgres_server, sqlite_template


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-channel", action="store_true", help="play every scenario over every channel, not only the happy ways"
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    return sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a migrated, empty database on a real PostgreSQL."""
    with postgres_server() as url:
        yield url
