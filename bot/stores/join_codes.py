"""Codes that prove that somebody sees both chats: made, typed, waited for. Functions over one open transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.joining import Claim, JoinCode, JoinRules, Verdict
from bot.messages import Conversation, StoredMessage
from bot.stores.join_tables import join_attempts, join_codes, joins
from bot.stores.rows import new_id, now

_REFUSED = Claim(Verdict.REFUSED)


def make_code(
    connection: Connection, conversation: Conversation, made_for: str, hashes: Mapping[str, str], rules: JoinRules
) -> bool:
    _one_at_a_time(connection)
    at = now()
    secrets = {"code_hash": hashes["code"], "link_hash": hashes["link"]}
    again = sa.and_(join_codes.c.made_for == made_for, join_codes.c.ended_at.is_(None))
    if connection.execute(sa.update(join_codes).where(again).values(**secrets)).rowcount:
        return True  # handled again after a crash: the code before was never shown
    if connection.execute(sa.select(join_codes.c.id).where(join_codes.c.made_for == made_for)).first():
        return False
    lately = sa.and_(join_codes.c.home_id == conversation.id, join_codes.c.made_at > at - rules.window)
    if _count(connection, join_codes, lately) >= rules.codes_of_one_chat:
        return False
    end_codes(connection, join_codes.c.home_id == conversation.id)
    connection.execute(
        sa.insert(join_codes).values(
            id=new_id(),
            home_id=conversation.id,
            channel=conversation.channel,
            made_for=made_for,
            made_at=at,
            expires_at=at + rules.code_lasts,
            **secrets,
        )
    )
    return True


def claim(connection: Connection, message: StoredMessage, given: str, rules: JoinRules) -> Claim:
    """Whoever tried too often is refused whatever they type, and learns nothing from it."""
    _one_at_a_time(connection)
    if (earlier := _claimed(connection, join_codes.c.claimed_in == message.id)) is not None:
        return Claim(Verdict.FOUND, earlier)
    if connection.execute(sa.select(join_attempts.c.at).where(join_attempts.c.message_id == message.id)).first():
        return _REFUSED
    row = None if _too_many(connection, message, rules) else _open_code(connection, given)
    if row is None:
        return _wrong(connection, message, rules)
    if row["home_id"] == message.conversation_id:
        return Claim(Verdict.OWN)
    if _is_joined(connection, message.conversation_id) or _is_guest(connection, row["home_id"]):
        return Claim(Verdict.TAKEN)
    how = "link" if row["link_hash"] == given else "code"
    claimed = {"claimed_by": message.endpoint, "claimed_in": message.id, "claimed_with": how}
    connection.execute(sa.update(join_codes).where(join_codes.c.id == row["id"]).values(**claimed))
    return Claim(Verdict.FOUND, _code_of({**row, **claimed}))


def find_claimed(connection: Connection, endpoint: str) -> JoinCode | None:
    return _claimed(connection, join_codes.c.claimed_by == endpoint)


def end_codes(connection: Connection, *which: Any) -> None:
    """Nothing comes of these any more."""
    connection.execute(sa.update(join_codes).where(join_codes.c.ended_at.is_(None), *which).values(ended_at=now()))


def is_usable(connection: Connection, code: JoinCode, endpoint: str) -> bool:
    """Still this endpoint's, and in time."""
    mine = (join_codes.c.id == code.id, join_codes.c.claimed_by == endpoint, join_codes.c.expires_at > now())
    query = sa.select(join_codes.c.id).where(*mine, join_codes.c.ended_at.is_(None))
    return connection.execute(query).first() is not None


def _claimed(connection: Connection, which: Any) -> JoinCode | None:
    row = connection.execute(sa.select(join_codes).where(which, join_codes.c.ended_at.is_(None))).mappings().first()
    return None if row is None else _code_of(row)


def _open_code(connection: Connection, given: str) -> RowMapping | None:
    """Neither typed elsewhere, nor ended, nor too old."""
    right = sa.or_(join_codes.c.code_hash == given, join_codes.c.link_hash == given)
    still = (join_codes.c.ended_at.is_(None), join_codes.c.claimed_by.is_(None), join_codes.c.expires_at > now())
    return connection.execute(sa.select(join_codes).where(right, *still)).mappings().first()


def _wrong(connection: Connection, message: StoredMessage, rules: JoinRules) -> Claim:
    at = now()
    # Addresses are personal data: kept no longer than they are counted.
    connection.execute(sa.delete(join_attempts).where(join_attempts.c.at <= at - rules.window))
    connection.execute(
        sa.insert(join_attempts).values(
            message_id=message.id, endpoint_id=message.endpoint, address=message.address, at=at
        )
    )
    return _REFUSED


def _too_many(connection: Connection, message: StoredMessage, rules: JoinRules) -> bool:
    lately = join_attempts.c.at > now() - rules.window
    of_chat = _count(connection, join_attempts, sa.and_(join_attempts.c.endpoint_id == message.endpoint, lately))
    if of_chat >= rules.wrong_of_one_chat:
        return True
    of_address = sa.and_(join_attempts.c.address == message.address, lately)
    return bool(message.address) and _count(connection, join_attempts, of_address) >= rules.wrong_of_one_address


def _is_joined(connection: Connection, conversation_id: str) -> bool:
    """As a home with others, or as a part of another."""
    either = sa.or_(joins.c.conversation_id == conversation_id, joins.c.home_id == conversation_id)
    return connection.execute(sa.select(joins.c.id).where(either, joins.c.parted_at.is_(None))).first() is not None


def _is_guest(connection: Connection, conversation_id: str) -> bool:
    query = sa.select(joins.c.id).where(joins.c.conversation_id == conversation_id, joins.c.parted_at.is_(None))
    return connection.execute(query).first() is not None


def _count(connection: Connection, table: sa.Table, which: Any) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one())


def _one_at_a_time(connection: Connection) -> None:
    # Counting and adding must not interleave with another try. SQLite's write lock does that already.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE join_codes IN SHARE ROW EXCLUSIVE MODE")


def _code_of(row: Mapping[str, Any]) -> JoinCode:
    return JoinCode(
        row["id"], row["home_id"], row["channel"], row["made_at"], row["claimed_in"] or "", row["claimed_with"] or ""
    )
