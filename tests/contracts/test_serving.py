"""Of two processes on one database the second is refused, for as long as the first one lives."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from actions.records.database import Database, DatabaseUnusable, driver_url
from bot.stores import serving
from bot.stores.accounts import Accounts
from bot.stores.migrate import upgrade
from bot.stores.serving import AlreadyServed, sole_server

HOLDS = """
import sys
from bot.stores.serving import sole_server
with sole_server(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def is_free(database_url: str) -> bool:
    try:
        with sole_server(database_url):
            return True
    except AlreadyServed:
        return False


def test_the_second_is_refused_until_the_first_has_ended(database_url: str) -> None:
    with sole_server(database_url):
        assert not is_free(database_url)
        assert not is_free(database_url)
    assert is_free(database_url)


def test_a_failure_lets_go(database_url: str) -> None:
    with pytest.raises(OSError, match="broken model"), sole_server(database_url):
        raise OSError("broken model")
    assert is_free(database_url)


def test_kill_9_leaves_nothing_behind(database_url: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDS, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "held\n"
        assert not is_free(database_url)
    finally:
        child.kill()
        child.wait()
    # PostgreSQL hears of it a moment later.
    deadline = time.monotonic() + 20
    while not is_free(database_url):
        assert time.monotonic() < deadline, "still held"


async def test_others_read_write_and_upgrade_beside_it(database_url: str, database: Database) -> None:
    accounts = Accounts(database)
    with sole_server(database_url):
        await accounts.add_agent("anna", "Anna", "agent", "en", "correct horse")
        assert [agent.username for agent in await accounts.agents()] == ["anna"]
        upgrade(database_url)


def test_the_refusal_says_what_to_do_in_both_languages(database_url: str) -> None:
    with sole_server(database_url), pytest.raises(AlreadyServed) as refused, sole_server(database_url):
        pass
    said = str(refused.value)
    assert str(driver_url(database_url).database) in said
    for words in ("stop that one first", "KEFU_HOME", "docs/operating.md", "请先停掉那一个", "docs/operating.zh.md"):
        assert words in said


def test_one_file_by_any_of_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "home", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    with sole_server("sqlite:///home/kefu.db"):
        for name in (f"{tmp_path}/home/kefu.db", "./home/kefu.db", "link/kefu.db"):
            assert not is_free(f"sqlite:///{name}"), name
        assert is_free("sqlite:///home/other.db")


def test_a_folder_that_knows_no_locks_serves_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    url = f"sqlite:///{tmp_path}/kefu.db"
    with monkeypatch.context() as patched:
        patched.setattr(serving, "fcntl", SimpleNamespace(flock=no_locks, LOCK_EX=2, LOCK_NB=4))
        assert is_free(url)
    with monkeypatch.context() as patched:
        patched.setattr(serving, "fcntl", None)  # as on Windows
        assert is_free(url)


@pytest.mark.parametrize("url", ["postgresql://kefu:hunter2@127.0.0.1:1/kefu", "sqlite:////proc/nowhere/kefu.db"])
def test_a_database_that_cannot_be_reached_is_told(url: str) -> None:
    with pytest.raises(DatabaseUnusable) as told, sole_server(url):
        pass
    assert "hunter2" not in str(told.value)
