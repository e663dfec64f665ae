"""Requests for a copy of one's data, or for its erasure: asked for once, carried out by a job (bot/jobs/privacy.py)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.care_tables import complaints
from actions.records.care_tables import privacy_requests as table
from actions.records.numbers import insert_numbered

OPEN = ("waiting", "erasing")


@dataclass(frozen=True)
class PrivacyRequest:
    """``due_at``: when it is carried out; of a file that is ready, until when it can be fetched."""

    number: str
    message_id: str
    kind: str
    state: str
    customer_id: str
    conversation_id: str
    language: str
    due_at: datetime
    link_key: str | None
    fetched: int
    told_at: datetime | None
    outcome: Mapping[str, Any]
    created_at: datetime


def ask(
    connection: Connection,
    kind: str,
    customer_id: str,
    where: tuple[str, str, str],
    now: datetime,
    due_at: datetime,
    not_again_before: timedelta = timedelta(0),
) -> PrivacyRequest:
    """Keep it, or give the one that is under way already. ``where``: conversation, message, language.

    The same message asks once. ``not_again_before``: one made so lately, and not called off, stands for a new one.
    """
    conversation_id, message_id, language = where
    _one_at_a_time(connection)
    same = _first(connection, table.c.message_id == message_id)
    mine = sa.and_(table.c.kind == kind, table.c.customer_id == customer_id)
    under_way = sa.or_(
        table.c.state.in_(OPEN),
        sa.and_(table.c.created_at > now - not_again_before, table.c.state.not_in(("cancelled", "refused", "expired"))),
    )
    known = same or _first(connection, sa.and_(mine, under_way))
    if known is not None:
        return known
    values = {
        "message_id": message_id,
        "kind": kind,
        "state": "waiting",
        "customer_id": customer_id,
        "conversation_id": conversation_id,
        "language": language,
        "due_at": due_at,
        "fetched": 0,
        "outcome": {},
        "created_at": now,
        "updated_at": now,
    }
    _, number = insert_numbered(connection, table.c.number, "PR", now, values)
    made = find(connection, number)
    assert made is not None
    return made


def call_off(connection: Connection, customer_id: str, now: datetime, message_id: str) -> PrivacyRequest | None:
    """The customer's erasure, called off; None where none is waiting (any more). The same message calls off once."""
    theirs = sa.and_(table.c.customer_id == customer_id, table.c.kind == "erase")
    for row in connection.execute(_columns().where(theirs).order_by(table.c.id.desc())):
        if row.state == "cancelled" and row.outcome.get("called_off_by") == message_id:
            return _of(row)
        by = {"called_off_by": message_id}
        if row.state == "waiting" and change(connection, row.number, "waiting", now, state="cancelled", outcome=by):
            return find(connection, row.number)
    return None


def drop_copies(connection: Connection, conversation_ids: Collection[str], now: datetime) -> None:
    """Copies asked for there, made or not: by now others read the conversation, or it is no longer this customer's."""
    theirs = sa.and_(table.c.kind == "export", table.c.conversation_id.in_(conversation_ids))
    unfinished = table.c.state.in_(("waiting", "ready"))
    dropped = {"state": "cancelled", "file": None, "link_key": None, "outcome": {"dropped": "chats joined or parted"}}
    connection.execute(table.update().where(theirs, unfinished).values(**dropped, updated_at=now))


def waiting_erasure(connection: Connection, customer_id: str) -> PrivacyRequest | None:
    """What could still be called off."""
    return _first(
        connection, sa.and_(table.c.customer_id == customer_id, table.c.kind == "erase", table.c.state == "waiting")
    )


def find(connection: Connection, number: str) -> PrivacyRequest | None:
    return _first(connection, table.c.number == number)


def every(connection: Connection) -> list[PrivacyRequest]:
    """Newest first."""
    return [_of(row) for row in connection.execute(_columns().order_by(table.c.id.desc()))]


def to_do(connection: Connection, now: datetime) -> list[PrivacyRequest]:
    """What is due: files to make, to tell of, and to delete; data to erase. Oldest first."""
    due = sa.or_(
        sa.and_(table.c.state.in_((*OPEN, "ready")), table.c.due_at <= now),
        sa.and_(table.c.state == "ready", table.c.told_at.is_(None)),
    )
    return [_of(row) for row in connection.execute(_columns().where(due).order_by(table.c.id))]


def change(connection: Connection, number: str, was: str, now: datetime, **values: Any) -> bool:
    """Only while it is still in the state that it ``was`` in: of two processes one goes on."""
    changed = connection.execute(
        table.update().where(table.c.number == number, table.c.state == was).values(**values, updated_at=now)
    )
    return bool(changed.rowcount)


def file_of(connection: Connection, number: str, signature: str, now: datetime, downloads: int) -> bytes | None:
    """The file, if the link is right and still good; counted. Every refusal looks the same."""
    row = connection.execute(sa.select(table).where(table.c.number == number).with_for_update()).first()
    if not _is_good(row, number, signature, now, downloads) or row.file is None:
        return None
    connection.execute(table.update().where(table.c.id == row.id).values(fetched=row.fetched + 1))
    return bytes(row.file)


def opens(connection: Connection, number: str, signature: str, now: datetime, downloads: int) -> bool:
    """Whether the link is right and still good, without writing: a stranger who guesses must lock nothing."""
    row = connection.execute(_columns().where(table.c.number == number)).first()
    return _is_good(row, number, signature, now, downloads)


def signature_of(request: PrivacyRequest) -> str:
    """What the link proves: this very request of this customer. The key is the request's own and never leaves us."""
    assert request.link_key is not None, "there is no file to link to yet"
    return _signature(request.link_key, request.number, request.customer_id)


def open_complaint(connection: Connection, customer_id: str) -> str | None:
    """The number of a complaint that is not settled."""
    query = sa.select(complaints.c.number).where(
        complaints.c.customer_id == customer_id, complaints.c.state.in_(("open", "offered", "in_review"))
    )
    return connection.execute(query).scalar()


def _is_good(row: Any, number: str, signature: str, now: datetime, downloads: int) -> bool:
    # Compared in any case, so that a number that exists takes as long as one that does not.
    key = row.link_key if row is not None and row.link_key else secrets.token_hex(32)
    right = hmac.compare_digest(_signature(key, number, row.customer_id if row else "").encode(), signature.encode())
    return right and row is not None and row.state == "ready" and row.due_at > now and row.fetched < downloads


def _signature(key: str, number: str, customer_id: str) -> str:
    return hmac.new(bytes.fromhex(key), f"{number}\n{customer_id}".encode(), hashlib.sha256).hexdigest()


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE privacy_requests IN SHARE ROW EXCLUSIVE MODE")


def _columns() -> Any:
    """All but the file, which may be large."""
    return sa.select([column for column in table.c if column.name != "file"])


def _first(connection: Connection, which: Any) -> PrivacyRequest | None:
    row = connection.execute(_columns().where(which).order_by(table.c.id.desc())).first()
    return _of(row) if row else None


def _of(row: Any) -> PrivacyRequest:
    return PrivacyRequest(
        row.number,
        row.message_id,
        row.kind,
        row.state,
        row.customer_id,
        row.conversation_id,
        row.language,
        row.due_at,
        row.link_key,
        row.fetched,
        row.told_at,
        row.outcome,
        row.created_at,
    )
