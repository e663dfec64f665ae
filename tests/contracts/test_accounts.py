"""Agents, desk sessions, web sessions, on every database."""

from __future__ import annotations

from datetime import timedelta

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


async def test_tokens_are_not_in_the_database(accounts: Accounts, store: SqlAlchemyStore, database: Database) -> None:
    conversation = await store.open_conversation("web", "s", language="zh")
    tokens = {await accounts.create_web_session(conversation.id), (await accounts.create_desk_session("anna"))[0]}
    kept = {row[0] for table in (web_sessions, desk_sessions) for row in await rows(database, sa.select(table))}
    assert len(kept) == 2
    assert not kept & tokens
