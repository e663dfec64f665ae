"""Reply windows: opened by what customers do, spent by what is sent. Functions over one open transaction."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.channel_rules import ReplyWindow, Spend
from bot.messages import Delivery
from bot.stores.rows import now
from bot.stores.tables import messages, reply_windows


def open_window(connection: Connection, endpoint: str, kind: str, sent_at: datetime | None) -> None:
    """The customer did something there: the window begins anew.

    An older deed that arrives late changes nothing; a platform's clock ahead of ours is not believed. The caller has
    locked the conversation's row.
    """
    at = min(sent_at, now()) if sent_at is not None else now()
    here = sa.and_(reply_windows.c.conversation_id == endpoint, reply_windows.c.kind == kind)
    before = connection.execute(sa.select(reply_windows.c.opened_at).where(here)).scalar()
    if before is None:
        row = {"conversation_id": endpoint, "kind": kind, "opened_at": at, "spent": 0}
        connection.execute(sa.insert(reply_windows).values(row))
    elif before <= at:
        # Platforms tell whole seconds, and two messages of one second are two deeds.
        connection.execute(sa.update(reply_windows).where(here).values(opened_at=at, spent=0))


def release_delayed(connection: Connection, conversation_id: str, endpoint: str) -> None:
    """What waited for the customer's next word may go out, to where they are now.

    Also what waited on this endpoint from before it was joined; the queue's sweep finds that.
    """
    waiting = messages.c.delivery == Delivery.DELAYED.value
    released = {"delivery": Delivery.PENDING.value, "delivery_reason": None}
    there = None if endpoint == conversation_id else endpoint
    connection.execute(
        sa.update(messages)
        .where(messages.c.conversation_id == conversation_id, waiting)
        .values(**released, endpoint_id=there)
    )
    if there is not None:
        connection.execute(
            sa.update(messages)
            .where(messages.c.conversation_id == there, messages.c.endpoint_id.is_(None), waiting)
            .values(**released)
        )


def is_known(connection: Connection, endpoint: str, kind: str, at: datetime) -> bool:
    """This deed, or a later one of its kind, opened the window before: platforms tell an event several times."""
    here = sa.and_(reply_windows.c.conversation_id == endpoint, reply_windows.c.kind == kind)
    before = connection.execute(sa.select(reply_windows.c.opened_at).where(here)).scalar()
    return before is not None and bool(before >= at)


def spend(connection: Connection, taken: Spend) -> None:
    connection.execute(
        sa.update(reply_windows)
        .where(reply_windows.c.conversation_id == taken.endpoint, reply_windows.c.kind == taken.window)
        .values(spent=reply_windows.c.spent + taken.messages)
    )


def windows_of(connection: Connection, endpoint: str) -> list[ReplyWindow]:
    rows = connection.execute(
        sa.select(reply_windows).where(reply_windows.c.conversation_id == endpoint).order_by(reply_windows.c.kind)
    )
    return [ReplyWindow(row["kind"], row["opened_at"], row["spent"]) for row in rows.mappings()]
