"""Agents and their sessions, and customers' web sessions. Of a token only its hash is kept."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection, RowMapping

from actions.records.database import Database
from bot.messages import Agent, Conversation, Language
from bot.stores.prepared import Prepared
from bot.stores.rows import agent_of, now
from bot.stores.seen import find_home
from bot.stores.tables import agents, desk_sessions, web_sessions

DESK_SESSION_LASTS = timedelta(hours=12)
NOTED_EVERY = timedelta(days=1)
"""How often the use of a web session is written down: reading one must not cost a write."""

_hasher = PasswordHasher()
_OPENED_BY = Prepared(
    sa.select(web_sessions.c.conversation_id, web_sessions.c.used_at).where(
        web_sessions.c.token_hash == sa.bindparam("token_hash")
    )
)


class Accounts:
    """Who may use the desk, and which conversation a widget may read.

    ``web_session_days``: after so many days without use (a day more at most) a web session ends; 0: never.
    """

    def __init__(self, database: Database, web_session_days: int = 0, now: Callable[[], datetime] = now) -> None:
        self._database = database
        # Its use may have gone unnoted for as long as NOTED_EVERY.
        self._unused = timedelta(days=web_session_days) + NOTED_EVERY if web_session_days else None
        self._now = now

    # --- agents ----------------------------------------------------------------------------
    async def add_agent(self, username: str, display_name: str, role: str, language: Language, password: str) -> Agent:
        """Make an agent, or change all of an existing one; a new password ends their sessions."""
        if role not in ("agent", "supervisor"):
            raise ValueError(f"The role must be agent or supervisor, not {role!r}.")
        same_password = await self.check_password(username, password) is not None
        columns = {"display_name": display_name, "role": role, "language": language}
        if not same_password:
            columns["password_hash"] = await asyncio.to_thread(_hasher.hash, password)
        await self._database.write(_keep_agent, username, columns)
        return Agent(username, display_name, role, language)

    async def check_password(self, username: str, password: str) -> Agent | None:
        """None for a wrong name or password; both take the same time."""
        row = None
        if username.isprintable():  # half a surrogate pair or a NUL would not reach the database
            row = await self._first(sa.select(agents).where(agents.c.username == username))
        stored = row["password_hash"] if row else await asyncio.to_thread(_somebody_elses_hash)
        matches = await asyncio.to_thread(_matches, stored, password)
        return agent_of(row) if row and matches else None

    async def agents(self) -> list[Agent]:
        """By display name."""
        return await self._database.read(_all_agents)

    async def remove_agent(self, username: str) -> None:
        """Ends their sessions too; one that is not there is no fault."""
        sessions = sa.delete(desk_sessions).where(desk_sessions.c.username == username)
        await self._write(sessions, sa.delete(agents).where(agents.c.username == username))

    async def create_desk_session(self, username: str) -> tuple[str, str]:
        """A new session's token (for the cookie) and its CSRF token; sessions that have run out are swept away."""
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        at = now()
        session = sa.insert(desk_sessions).values(
            token_hash=_hash(token), username=username, csrf=csrf, created_at=at, expires_at=at + DESK_SESSION_LASTS
        )
        await self._write(sa.delete(desk_sessions).where(desk_sessions.c.expires_at <= at), session)
        return token, csrf

    async def desk_session(self, token: str) -> tuple[Agent, str] | None:
        """The agent and the CSRF token; None when the token is unknown or has run out."""
        query = (
            sa.select(agents, desk_sessions.c.csrf)
            .join(desk_sessions, desk_sessions.c.username == agents.c.username)
            .where(desk_sessions.c.token_hash == _hash(token), desk_sessions.c.expires_at > now())
        )
        row = await self._first(query)
        return (agent_of(row), row["csrf"]) if row else None

    async def end_desk_session(self, token: str) -> None:
        await self._write(sa.delete(desk_sessions).where(desk_sessions.c.token_hash == _hash(token)))

    # --- customers -------------------------------------------------------------------------
    async def create_web_session(self, conversation_id: str) -> str:
        token, at = secrets.token_urlsafe(32), self._now()
        session = {"token_hash": _hash(token), "conversation_id": conversation_id, "created_at": at, "used_at": at}
        await self._write(sa.insert(web_sessions).values(**session))
        return token

    async def web_session(self, token: str) -> Conversation | None:
        """The conversation that this token opens, seen from the web; None once it has ended. Counts as its use."""
        key, at = _hash(token), self._now()
        opened, used_at = await self._database.read(_opened_by, key)
        if opened is None or self._has_ended(used_at, at):
            return None
        if used_at <= at - NOTED_EVERY:
            await self._write(sa.update(web_sessions).where(web_sessions.c.token_hash == key).values(used_at=at))
        return opened

    async def remove_ended_web_sessions(self) -> int:
        """How many that were."""
        if self._unused is None:
            return 0
        ended = sa.delete(web_sessions).where(web_sessions.c.used_at <= self._now() - self._unused)
        return await self._database.write(lambda connection: int(connection.execute(ended).rowcount))

    def _has_ended(self, used_at: datetime, at: datetime) -> bool:
        return self._unused is not None and used_at <= at - self._unused

    async def _first(self, query: Any) -> RowMapping | None:
        return await self._database.read(lambda connection: connection.execute(query).mappings().first())

    async def _write(self, *statements: Any) -> None:
        def write(connection: Connection) -> None:
            for statement in statements:
                connection.execute(statement)

        await self._database.write(write)


def _opened_by(connection: Connection, token_hash: str) -> tuple[Conversation | None, datetime]:
    """And when the session was used last."""
    row = _OPENED_BY(connection, token_hash=token_hash).first()
    return (find_home(connection, row.conversation_id), row.used_at) if row else (None, now())


def _keep_agent(connection: Connection, username: str, columns: Mapping[str, Any]) -> None:
    changed = connection.execute(sa.update(agents).where(agents.c.username == username).values(columns))
    if not changed.rowcount:
        connection.execute(sa.insert(agents).values(username=username, created_at=now(), **columns))
    if "password_hash" in columns:
        connection.execute(sa.delete(desk_sessions).where(desk_sessions.c.username == username))


def _all_agents(connection: Connection) -> list[Agent]:
    rows = connection.execute(sa.select(agents).order_by(agents.c.display_name, agents.c.username))
    return [agent_of(row) for row in rows.mappings()]


def _hash(token: str) -> str:
    # Tokens are long and random: a plain hash cannot be guessed backwards, and it can be looked up.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _somebody_elses_hash() -> str:
    """For a name nobody has, so that the answer takes as long as for a wrong password."""
    global _dummy
    if _dummy is None:
        _dummy = _hasher.hash(secrets.token_urlsafe(16))
    return _dummy


_dummy: str | None = None
