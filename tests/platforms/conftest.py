"""Databases for the platforms' tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import copy_of


@pytest.fixture
def database_url(template: Path) -> Iterator[str]:
    """In memory where the machine has a folder for that: nothing here is about what survives a power cut."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="kefu-", dir=memory if memory.is_dir() else None))
    yield copy_of(template, folder)
    shutil.rmtree(folder, ignore_errors=True)
