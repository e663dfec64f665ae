"""``kefu agents``: who may log in at the desk. The first of the shop's own people ends the demo log-ins."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import re
import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from actions.records.database import Database
from bot import wiring, wiring_demo
from bot.messages import Agent, Owner
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.stores.sqlalchemy_store import SqlAlchemyStore

SHORTEST_PASSWORD = 8
MOST_COUNTED = 10_000
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class WrongInput(Exception):
    """What was typed cannot be used; the text says what to type."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """0, or 2 for input that cannot be used."""
    wiring.prepare(settings)
    try:
        asyncio.run(_run(settings, options))
    except WrongInput as error:
        print(f"kefu: {error}", file=sys.stderr)
        return 2
    return 0


async def _run(settings: Settings, options: argparse.Namespace) -> None:
    database = Database(settings.database_url)
    try:
        await _ACTIONS[options.action](settings, database, options)
    finally:
        await database.close()


async def _add(settings: Settings, database: Database, options: argparse.Namespace) -> None:
    accounts, name = Accounts(database), options.username
    if not _USERNAME.fullmatch(name):
        raise WrongInput(f"{name!r} cannot be a user name: use small letters, digits, and . _ - after the first.")
    if name in wiring_demo.DEMO_LOGINS:
        raise WrongInput(f"{name!r} is the name of a demo log-in: choose another.")
    if await _find(accounts, name):
        raise WrongInput(f"{name} is there already. `kefu agents password {name}` changes the password.")
    await accounts.add_agent(name, options.name or name, options.role, options.language, _new_password(name))
    await wiring_demo.demo_logins(settings, accounts)
    print(f"kefu: {name} can log in at /desk/.", file=sys.stderr)


async def _password(settings: Settings, database: Database, options: argparse.Namespace) -> None:
    accounts = Accounts(database)
    agent = await _known(accounts, options.username)
    name, password = agent.username, _new_password(agent.username)
    await accounts.add_agent(name, agent.display_name, agent.role, agent.language, password)
    print(f"kefu: the password of {name} is changed; running sessions of theirs are ended.", file=sys.stderr)


async def _remove(settings: Settings, database: Database, options: argparse.Namespace) -> None:
    """What they said stays in the transcripts. Who still has conversations stays too: nobody would answer those."""
    accounts = Accounts(database)
    agent = await _known(accounts, options.username)
    held = (await _conversations(database))[agent.username]
    if held:
        raise WrongInput(
            f"{agent.username} still has {held} conversation(s). "
            "A supervisor can pass them on, return them to the bot or close them at the desk; then remove."
        )
    await accounts.remove_agent(agent.username)
    print(f"kefu: {agent.username} cannot log in any more.", file=sys.stderr)


async def _list(settings: Settings, database: Database, options: argparse.Namespace) -> None:
    held = await _conversations(database)
    rows = [
        {
            "username": agent.username,
            "name": agent.display_name,
            "role": agent.role,
            "language": agent.language,
            "demo": agent.username in wiring_demo.DEMO_LOGINS,
            "conversations": held[agent.username],
        }
        for agent in await Accounts(database).agents()
    ]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("user name", "name", "role", "language", "conversations")
    for row in rows:
        name = f"{row['username']} (demo)" if row["demo"] else str(row["username"])
        table.add_row(name, *(str(row[key]) for key in ("name", "role", "language", "conversations")))
    Console().print(table)


_ACTIONS = {"add": _add, "password": _password, "remove": _remove, "list": _list}


async def _known(accounts: Accounts, username: str) -> Agent:
    agent = await _find(accounts, username)
    if agent is None:
        raise WrongInput(f"there is no {username!r}. `kefu agents list` shows who there is.")
    return agent


async def _find(accounts: Accounts, username: str) -> Agent | None:
    return next((each for each in await accounts.agents() if each.username == username), None)


async def _conversations(database: Database) -> Counter[str]:
    """How many conversations each agent has in hand."""
    held = await SqlAlchemyStore(database).conversations(owner=Owner.AGENT, limit=MOST_COUNTED)
    return Counter(each.agent for each in held if each.agent)


def _new_password(username: str) -> str:
    """Asked twice on a terminal, else the first line of stdin."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"New password of {username}: ")
        if len(password) >= SHORTEST_PASSWORD and getpass.getpass("The same once more: ") != password:
            raise WrongInput("the two are not the same; nothing was changed.")
    if len(password) < SHORTEST_PASSWORD:
        raise WrongInput(f"a password needs at least {SHORTEST_PASSWORD} characters; nothing was changed.")
    return password
