"""Agents, desk sessions, web sessions, on every database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from actions.records.database import Database
from bot.messages import Agent
from bot.stores import accounts as accounts_module
from bot.stores.accounts import Accounts
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from bot.stores.tables import agents, desk_sessions, web_sessions
from tests.databases import rows

ANNA = Agent("anna", "安娜", "agent", "zh")


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 4, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def accounts(database: Database) -> Accounts:
    accounts = Accounts(database)
    assert await accounts.add_agent("anna", "安娜", "agent", "zh", "correct horse") == ANNA
    return accounts


async def test_only_the_right_password_opens(accounts: Accounts) -> None:
    assert await accounts.check_password("anna", "correct horse") == ANNA
    for username, password in [("anna", "wrong"), ("anna", ""), ("nobody", "correct horse"), ("\ud800", "\ud800")]:
        assert await accounts.check_password(username, password) is None


async def test_passwords_are_kept_as_argon2_hashes(accounts: Accounts, database: Database) -> None:
    ((kept,),) = await rows(database, sa.select(agents.c.password_hash))
    assert kept.startswith("$argon2id$")


async def test_a_session_opens_until_it_is_ended(accounts: Accounts) -> None:
    token, csrf = await accounts.create_desk_session("anna")
    assert await accounts.desk_session(token) == (ANNA, csrf)
    assert await accounts.desk_session(token + "x") is None
    await accounts.end_desk_session(token)
    assert await accounts.desk_session(token) is None


async def test_who_is_removed_is_logged_out(accounts: Accounts) -> None:
    token, _ = await accounts.create_desk_session("anna")
    await accounts.remove_agent("anna")
    await accounts.remove_agent("anna")
    assert await accounts.desk_session(token) is None
    assert await accounts.check_password("anna", "correct horse") is None


async def test_a_session_runs_out(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts_module, "DESK_SESSION_LASTS", timedelta(seconds=-1))
    token, _ = await accounts.create_desk_session("anna")
    assert await accounts.desk_session(token) is None


async def test_sessions_that_ran_out_are_swept_away(
    accounts: Accounts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(accounts_module, "DESK_SESSION_LASTS", timedelta(seconds=-1))
        await accounts.create_desk_session("anna")
    await accounts.create_desk_session("anna")
    assert len(await rows(database, sa.select(desk_sessions))) == 1


async def test_a_new_password_ends_sessions_and_the_same_one_does_not(accounts: Accounts) -> None:
    token, _ = await accounts.create_desk_session("anna")
    await accounts.add_agent("anna", "Anna", "supervisor", "en", "correct horse")
    session = await accounts.desk_session(token)
    assert session is not None
    assert session[0] == Agent("anna", "Anna", "supervisor", "en")
    await accounts.add_agent("anna", "Anna", "supervisor", "en", "battery staple")
    assert await accounts.desk_session(token) is None
    assert await accounts.check_password("anna", "correct horse") is None
    assert await accounts.agents() == [Agent("anna", "Anna", "supervisor", "en")]


async def test_an_unknown_role_is_refused(accounts: Accounts) -> None:
    with pytest.raises(ValueError, match="agent or supervisor"):
        await accounts.add_agent("eve", "Eve", "admin", "en", "x")


async def test_a_web_session_opens_its_conversation(accounts: Accounts, store: SqlAlchemyStore) -> None:
    conversation = await store.open_conversation("web", "s", language="zh")
    token = await accounts.create_web_session(conversation.id)
    assert await accounts.web_session(token) == conversation
    assert await accounts.web_session("guess") is None
    assert await accounts.web_session("\ud800") is None


async def test_a_web_session_ends_when_nobody_uses_it(database: Database, store: SqlAlchemyStore, clock: Clock) -> None:
    accounts = Accounts(database, 90, clock)
    conversation = await store.open_conversation("web", "s", language="zh")
    used, unused = [await accounts.create_web_session(conversation.id) for _ in range(2)]
    for _ in range(5):
        clock.time += timedelta(days=30)
        assert await accounts.web_session(used) == conversation
    assert await accounts.web_session(unused) is None
    clock.time += timedelta(days=90)
    assert await accounts.web_session(used) == conversation
    clock.time += timedelta(days=91)
    assert await accounts.web_session(used) is None
    assert await accounts.web_session(await accounts.create_web_session(conversation.id)) == conversation


@pytest.mark.parametrize("last_noted", [timedelta(0), timedelta(hours=23, minutes=59)])
async def test_a_session_in_daily_use_never_ends(
    last_noted: timedelta, database: Database, store: SqlAlchemyStore, clock: Clock
) -> None:
    """Though its use is not written down each time."""
    accounts = Accounts(database, 1, clock)
    conversation = await store.open_conversation("web", "s", language="zh")
    token = await accounts.create_web_session(conversation.id)
    clock.time += last_noted
    for _ in range(10):
        assert await accounts.web_session(token) == conversation
        clock.time += timedelta(hours=23)


async def test_the_use_is_written_down_once_a_day(database: Database, store: SqlAlchemyStore, clock: Clock) -> None:
    accounts = Accounts(database, 90, clock)
    conversation = await store.open_conversation("web", "s", language="zh")
    token, begun = await accounts.create_web_session(conversation.id), clock.time
    noted = []
    for _ in range(6):
        clock.time += timedelta(hours=9)
        await accounts.web_session(token)
        noted += (await rows(database, sa.select(web_sessions.c.used_at)))[0]
    hours = [(at - begun) / timedelta(hours=1) for at in noted]
    assert hours == [0, 0, 27, 27, 27, 54]


async def test_ended_web_sessions_are_removed_and_others_kept(
    database: Database, store: SqlAlchemyStore, clock: Clock
) -> None:
    accounts = Accounts(database, 90, clock)
    conversation = await store.open_conversation("web", "s", language="zh")
    ended = [await accounts.create_web_session(conversation.id) for _ in range(3)]
    clock.time += timedelta(days=91)
    kept = await accounts.create_web_session(conversation.id)
    assert await accounts.remove_ended_web_sessions() == 3
    assert await accounts.remove_ended_web_sessions() == 0
    assert [await accounts.web_session(token) for token in (*ended, kept)] == [None, None, None, conversation]
    assert await store.conversation(conversation.id) == conversation


async def test_without_a_number_of_days_web_sessions_never_end(
    database: Database, store: SqlAlchemyStore, clock: Clock
) -> None:
    accounts = Accounts(database, 0, clock)
    conversation = await store.open_conversation("web", "s", language="zh")
    token = await accounts.create_web_session(conversation.id)
    clock.time += timedelta(days=5000)
    assert await accounts.remove_ended_web_sessions() == 0
    assert await accounts.web_session(token) == conversation


async def test_tokens_are_not_in_the_database(accounts: Accounts, store: SqlAlchemyStore, database: Database) -> None:
    conversation = await store.open_conversation("web", "s", language="zh")
    tokens = {await accounts.create_web_session(conversation.id), (await accounts.create_desk_session("anna"))[0]}
    kept = {row[0] for table in (web_sessions, desk_sessions) for row in await rows(database, sa.select(table))}
    assert len(kept) == 2
    assert not kept & tokens
