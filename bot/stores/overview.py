"""What the agents' queue shows, read for all its conversations at once. Functions over one open transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Conversation, Delivery, Handoff, Owner, StoredMessage
from bot.ports import Overview
from bot.stores.desk import list_conversations
from bot.stores.inbox import read_conversation
from bot.stores.rows import handoff_of, message_of
from bot.stores.tables import UNSENDABLE, conversations, handoffs, messages

# A held turn of the bot is never longer than this; behind it lies the last message that was really said.
_LOOK_BACK = 12


def list_overviews(connection: Connection, owner: Owner | None, limit: int) -> list[Overview]:
    return _overviews(connection, list_conversations(connection, owner, None, limit))


def one_overview(connection: Connection, conversation_id: str) -> Overview:
    return _overviews(connection, [read_conversation(connection, conversation_id)])[0]


def _overviews(connection: Connection, found: Sequence[Conversation]) -> list[Overview]:
    ids = [conversation.id for conversation in found]
    said, reasons, wishes = _last_said(connection, ids), *_latest_handoffs(connection, ids)
    waiting = any(conversation.owner is Owner.WAITING for conversation in found)
    places = _places(connection) if waiting else {}
    lost = _undelivered(connection, ids)
    return [
        Overview(
            each,
            said.get(each.id),
            places.get(each.id),
            reasons.get(each.id),
            lost.get(each.id, 0),
            wishes.get(each.id, ()),
        )
        for each in found
    ]


def _last_said(connection: Connection, ids: Sequence[str]) -> Mapping[str, StoredMessage]:
    latest = (
        sa.select(messages.c.conversation_id, sa.func.max(messages.c.seq).label("seq"))
        .join(conversations)
        .where(
            messages.c.conversation_id.in_(ids),
            messages.c.seq > conversations.c.last_seq - _LOOK_BACK,
            sa.or_(messages.c.delivery.is_(None), messages.c.delivery != Delivery.HELD.value),
        )
        .group_by(messages.c.conversation_id)
        .subquery()
    )
    here = sa.and_(messages.c.conversation_id == latest.c.conversation_id, messages.c.seq == latest.c.seq)
    rows = connection.execute(sa.select(messages).join(latest, here)).mappings()
    return {row["conversation_id"]: message_of(row) for row in rows}


def _latest_handoffs(
    connection: Connection, ids: Sequence[str]
) -> tuple[Mapping[str, Handoff], Mapping[str, Sequence[Mapping[str, Any]]]]:
    """Why each was handed over the last time, and what had been collected by then."""
    query = sa.select(handoffs, messages.c.decision).join(messages, messages.c.id == handoffs.c.message_id)
    query = query.where(handoffs.c.conversation_id.in_(ids)).order_by(handoffs.c.created_at, handoffs.c.id)
    found = {row["conversation_id"]: row for row in connection.execute(query).mappings()}
    reasons = {conversation_id: handoff_of(row) for conversation_id, row in found.items()}
    return reasons, {each: (row["decision"] or {}).get("collected") or () for each, row in found.items()}


def _undelivered(connection: Connection, ids: Sequence[str]) -> Mapping[str, int]:
    counted = (
        sa.select(messages.c.conversation_id, sa.func.count())
        .join(conversations)
        .where(messages.c.conversation_id.in_(ids), UNSENDABLE, messages.c.episode == conversations.c.episode)
        .group_by(messages.c.conversation_id)
    )
    return dict(connection.execute(counted).all())


def _places(connection: Connection) -> Mapping[str, int]:
    waiting = sa.select(conversations.c.id).where(conversations.c.owner == Owner.WAITING.value)
    in_order = connection.execute(waiting.order_by(conversations.c.waiting_since, conversations.c.id)).scalars()
    return {conversation_id: place for place, conversation_id in enumerate(in_order, 1)}
