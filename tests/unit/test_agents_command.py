"""``kefu agents``: the shop's own people at the desk, and the end of the demo log-ins."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from actions.records.database import Database
from bot import wiring_demo
from bot.cli import run_command
from bot.messages import Incoming, Owner
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of


class Shop:
    """One database, and the command line on it."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch, told: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self._patch = monkeypatch
        self._told = told

    def kefu(self, *arguments: str, typed: str = "") -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        self._patch.setattr("sys.stdin", io.StringIO(typed))
        code = run_command(["agents", *arguments])
        said = self._told.readouterr()
        return code, said.out, said.err

    def names(self) -> Sequence[str]:
        return [each["username"] for each in json.loads(self.kefu("list", "--json")[1])]

    def opens(self, username: str, password: str) -> bool:
        async def ask() -> bool:
            database = Database(self.url)
            found = await Accounts(database).check_password(username, password)
            await database.close()
            return found is not None

        return asyncio.run(ask())


@pytest.fixture
def shop(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    url = copy_of(template, tmp_path)
    monkeypatch.setenv("KEFU_HOME", str(tmp_path))
    monkeypatch.setenv("KEFU_DATABASE_URL", url)
    return Shop(url, monkeypatch, capsys)


def seed(url: str) -> dict[str, str]:
    async def run() -> dict[str, str]:
        database = Database(url)
        logins = await wiring_demo.seed_demo(Settings.from_environment(), database)
        await database.close()
        return logins

    return asyncio.run(run())


def test_the_first_of_the_shops_own_ends_the_demo_log_ins(shop: Shop) -> None:
    demo = seed(shop.url)
    assert shop.opens("agent", demo["agent"])
    assert shop.kefu("add", "mei", "--name", "阿美", typed="a long word\n")[0] == 0
    assert shop.names() == ["mei"]
    assert shop.opens("mei", "a long word")
    assert seed(shop.url) == {}, "the next start makes none"
    assert not shop.opens("agent", demo["agent"])


def test_the_list_is_for_people_too(shop: Shop) -> None:
    seed(shop.url)
    shown = shop.kefu("list")[1]
    assert "agent (demo)" in shown
    assert "Morgan" in shown


def test_a_new_password_replaces_the_old_one(shop: Shop) -> None:
    shop.kefu("add", "sam", "--role", "supervisor", "--language", "en", typed="first word\n")
    assert shop.kefu("password", "sam", typed="second word\n")[0] == 0
    assert (shop.opens("sam", "first word"), shop.opens("sam", "second word")) == (False, True)
    (row,) = json.loads(shop.kefu("list", "--json")[1])
    assert (row["role"], row["language"]) == ("supervisor", "en")


def test_who_has_conversations_in_hand_stays(shop: Shop) -> None:
    shop.kefu("add", "sam", typed="a long word\n")
    shop.kefu("add", "mei", typed="a long word\n")

    async def give() -> None:
        database = Database(shop.url)
        store = SqlAlchemyStore(database)
        accepted = await store.accept(Incoming(channel="web", sender="c1", external_id="m1", text="你好"))
        one = await store.conversation(accepted.message.conversation_id)
        await store.change_owner(one.id, expected_version=one.version, owner=Owner.AGENT, agent="sam")
        await database.close()

    asyncio.run(give())
    code, _, said = shop.kefu("remove", "sam")
    assert (code, "1 conversation" in said) == (2, True)
    assert shop.kefu("remove", "mei")[0] == 0
    assert shop.names() == ["sam"]


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (["add", "Mei"], "a long word\n", "small letters"),
        (["add", "agent"], "a long word\n", "demo"),
        (["add", "mei"], "short\n", "at least 8"),
        (["add", "mei"], "", "at least 8"),
        (["password", "nobody"], "a long word\n", "kefu agents list"),
        (["remove", "nobody"], "", "kefu agents list"),
    ],
)
def test_wrong_input_changes_nothing(shop: Shop, arguments: list[str], typed: str, told: str) -> None:
    code, _, said = shop.kefu(*arguments, typed=typed)
    assert (code, told in said) == (2, True)
    assert shop.names() == []


def test_a_name_is_taken_once(shop: Shop) -> None:
    shop.kefu("add", "mei", typed="a long word\n")
    code, _, said = shop.kefu("add", "mei", typed="another word\n")
    assert (code, "kefu agents password mei" in said) == (2, True)
    assert shop.opens("mei", "a long word")
