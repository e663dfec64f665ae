"""Complaints: written down in the customer's own words, with a number, a state and a deadline.

Functions over one open transaction. A complaint goes ``open`` → ``offered`` → ``settled`` → ``closed``; from any of
them to ``in_review`` when the customer asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.care_tables import complaints
from actions.records.numbers import insert_numbered

CAUSES = ("delivery", "goods", "wrong_item", "refund", "staff", "price", "other")
STATES = ("open", "offered", "settled", "in_review", "closed")
UNSETTLED = ("open", "offered", "in_review")
"""Somebody must still deal with these."""
SAME_MATTER = timedelta(hours=1)
"""What is added to a complaint within so long belongs to it."""


@dataclass(frozen=True)
class Complaint:
    """``words``: ``{message_id, text, at}`` each. ``offered`` and ``remedy``: see ``actions.complaint_rules``."""

    number: str
    conversation_id: str
    customer_id: str | None
    order_number: str | None
    cause: str
    words: tuple[dict[str, str], ...]
    state: str
    offered: tuple[str, ...]
    remedy: str | None
    reference: str | None
    deadline: datetime
    created_at: datetime


@dataclass(frozen=True)
class Matter:
    """What a message complains of, as far as it is known."""

    message_id: str
    conversation_id: str
    text: str
    cause: str
    customer_id: str | None = None
    order_number: str | None = None


def write_down(connection: Connection, matter: Matter, now: datetime, answer_hours: int) -> Complaint:
    """Keep it; the same message gives the same complaint, and what follows soon after is added to it."""
    same = _of_message(connection, matter.message_id) or _going_on(connection, matter, now)
    if same is None:
        return _add(connection, matter, now, answer_hours)
    said = {word["message_id"] for word in same.words}
    if matter.message_id in said:
        return same
    known = {
        "words": [*same.words, _words(matter, now)],
        # A second message that names no cause takes none away.
        "cause": same.cause if matter.cause == "other" else matter.cause,
        "customer_id": same.customer_id or matter.customer_id,
        "order_number": matter.order_number or same.order_number,
    }
    return _change(connection, same.number, now, **known)


def name_cause(connection: Connection, number: str, cause: str, now: datetime) -> Complaint:
    return _change(connection, number, now, cause=cause)


def offer(
    connection: Connection,
    number: str,
    remedies: Sequence[str],
    now: datetime,
    *,
    customer_id: str | None = None,
    order_number: str | None = None,
) -> Complaint:
    """What was offered, and to whom: only these can be taken later."""
    whose = {"customer_id": customer_id} if customer_id else {}
    about = {"order_number": order_number} if order_number else {}
    state = "offered" if remedies else "open"
    return _change(connection, number, now, state=state, offered=list(remedies), **whose, **about)


def take(
    connection: Connection, number: str, remedy: str, message_id: str, now: datetime, follow_up_at: datetime
) -> Complaint | None:
    """The customer chose: one remedy a complaint, whoever presses twice. None where it is not to be had (any more)."""
    query = sa.select(complaints).where(complaints.c.number == number).with_for_update()
    row = connection.execute(query).first()
    if row is None or remedy not in row.offered:
        return None
    if row.state != "offered":
        # The same message, handled again after a crash, has taken it before.
        return _complaint(row) if (row.taken_by, row.remedy) == (message_id, remedy) else None
    return _change(
        connection, number, now, state="settled", remedy=remedy, taken_by=message_id, follow_up_at=follow_up_at
    )


def granted_lately(connection: Connection, order_number: str, since: datetime) -> bool:
    """Whether something was granted for a complaint about this order since then."""
    query = sa.select(complaints.c.id).where(
        complaints.c.order_number == order_number, complaints.c.remedy.is_not(None), complaints.c.updated_at > since
    )
    return connection.execute(query).first() is not None


def carried_out(connection: Connection, number: str, reference: str, now: datetime) -> None:
    _change(connection, number, now, reference=reference)


def give_back(connection: Connection, number: str, now: datetime) -> None:
    """What was taken could not be granted: the complaint is open again, for the staff."""
    _change(connection, number, now, state="open", remedy=None, taken_by=None, follow_up_at=None, offered=[])


def set_state(connection: Connection, number: str, state: str, now: datetime) -> Complaint:
    return _change(connection, number, now, state=state, follow_up_at=None)


def find(connection: Connection, number: str) -> Complaint | None:
    row = connection.execute(sa.select(complaints).where(complaints.c.number == number)).first()
    return _complaint(row) if row else None


def of_customer(connection: Connection, conversation_id: str, customer_ids: Sequence[str]) -> list[Complaint]:
    """Those made in this conversation or by these customers, newest first."""
    whose = sa.or_(complaints.c.conversation_id == conversation_id, complaints.c.customer_id.in_(customer_ids))
    query = sa.select(complaints).where(whose).order_by(complaints.c.id.desc())
    return [_complaint(row) for row in connection.execute(query)]


def to_follow_up(connection: Connection, now: datetime) -> list[Complaint]:
    """Settled, and due to be asked about; oldest first."""
    due = sa.and_(complaints.c.state == "settled", complaints.c.follow_up_at <= now)
    return [_complaint(row) for row in connection.execute(sa.select(complaints).where(due).order_by(complaints.c.id))]


def followed_up(connection: Connection, number: str, now: datetime) -> None:
    _change(connection, number, now, follow_up_at=None)


def unsettled(connection: Connection) -> list[Complaint]:
    """Those that somebody must still deal with, the nearest deadline first."""
    query = sa.select(complaints).where(complaints.c.state.in_(UNSETTLED)).order_by(complaints.c.deadline)
    return [_complaint(row) for row in connection.execute(query)]


def overdue(connection: Connection, now: datetime) -> list[Complaint]:
    """Those that should have been answered by now, the longest overdue first."""
    return [made for made in unsettled(connection) if made.deadline < now]


def by_cause(connection: Connection) -> list[dict[str, Any]]:
    """``{cause, count, unsettled}``, the most frequent first."""
    waits = sa.case((complaints.c.state.in_(UNSETTLED), 1), else_=0)
    count = sa.func.count().label("count")
    query = (
        sa.select(complaints.c.cause, count, sa.func.sum(waits).label("unsettled"))
        .group_by(complaints.c.cause)
        .order_by(count.desc(), complaints.c.cause)
    )
    return [
        {"cause": row.cause, "count": int(row._mapping["count"]), "unsettled": int(row.unsettled)}
        for row in connection.execute(query)
    ]


def _add(connection: Connection, matter: Matter, now: datetime, answer_hours: int) -> Complaint:
    values = {
        "message_id": matter.message_id,
        "conversation_id": matter.conversation_id,
        "customer_id": matter.customer_id,
        "order_number": matter.order_number,
        "cause": matter.cause,
        "words": [_words(matter, now)],
        "state": "open",
        "offered": [],
        "deadline": now + timedelta(hours=answer_hours),
        "created_at": now,
        "updated_at": now,
    }
    _, number = insert_numbered(connection, complaints.c.number, "CP", now, values)
    found = find(connection, number)
    assert found is not None
    return found


def _of_message(connection: Connection, message_id: str) -> Complaint | None:
    row = connection.execute(sa.select(complaints).where(complaints.c.message_id == message_id)).first()
    return _complaint(row) if row else None


def _going_on(connection: Connection, matter: Matter, now: datetime) -> Complaint | None:
    """The conversation's complaint that this message only adds to."""
    query = (
        sa.select(complaints)
        .where(
            complaints.c.conversation_id == matter.conversation_id,
            complaints.c.state.in_(("open", "offered")),
            complaints.c.created_at > now - SAME_MATTER,
        )
        .order_by(complaints.c.id.desc())
    )
    row = connection.execute(query).first()
    return _complaint(row) if row else None


def _change(connection: Connection, number: str, now: datetime, **columns: Any) -> Complaint:
    connection.execute(complaints.update().where(complaints.c.number == number).values(updated_at=now, **columns))
    found = find(connection, number)
    assert found is not None, f"there is no complaint {number}"
    return found


def _words(matter: Matter, now: datetime) -> dict[str, str]:
    return {"message_id": matter.message_id, "text": matter.text, "at": now.isoformat()}


def _complaint(row: Any) -> Complaint:
    return Complaint(
        number=row.number,
        conversation_id=row.conversation_id,
        customer_id=row.customer_id,
        order_number=row.order_number,
        cause=row.cause,
        words=tuple(row.words),
        state=row.state,
        offered=tuple(row.offered),
        remedy=row.remedy,
        reference=row.reference,
        deadline=row.deadline,
        created_at=row.created_at,
    )
