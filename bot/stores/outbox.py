"""Messages to customers: written with their buttons, listed until delivered. Functions over one open transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult

from bot.channel_rules import Spend
from bot.messages import Author, Conversation, Delivery, Draft, OfferedButton, StoredMessage
from bot.ports import UnknownConversation
from bot.stores import windows
from bot.stores.prepared import Prepared
from bot.stores.rows import button_of, conversation_of, message_from_draft, message_of, message_row, now
from bot.stores.seen import SEEN
from bot.stores.tables import UNDELIVERED, buttons, conversations, messages

DESK = "desk"
"""The channel column of agents' messages, where their client ids must be unique."""


_INSERT_MESSAGE = Prepared(sa.insert(messages), columns=(*messages.c.keys(),))
_INSERT_BUTTON = Prepared(sa.insert(buttons), columns=(*buttons.c.keys(),))
_BUTTONS = Prepared(
    sa.select(buttons)
    .where(buttons.c.message_id.in_(sa.bindparam("message_ids", expanding=True)))
    .order_by(buttons.c.position)
)


def insert_message(connection: Connection, message: StoredMessage, channel: str) -> None:
    _INSERT_MESSAGE(connection, **message_row(message, channel))
    rows = [
        {
            "id": button.id,
            "conversation_id": message.conversation_id,
            "message_id": message.id,
            "position": position,
            "labels": dict(button.labels),
            "payload": button.payload,
        }
        for position, button in enumerate(message.buttons)
    ]
    if rows:
        _INSERT_BUTTON.many(connection, rows)


def write_drafts(
    connection: Connection, conversation: Conversation, drafts: Sequence[Draft], endpoint: str = ""
) -> list[StoredMessage]:
    """Store drafts whose ``seq`` numbers the conversation's row has already counted: they are its last ones.

    They go to ``endpoint`` (where the customer wrote last without it) if they do not say otherwise.
    """
    first, at = conversation.last_seq - len(drafts) + 1, now()
    there = endpoint or conversation.endpoint
    written = [message_from_draft(draft, conversation, first + index, at, there) for index, draft in enumerate(drafts)]
    for message in written:
        insert_message(connection, message, DESK if message.author is Author.AGENT else conversation.channel)
    return written


def select_messages(*conditions: Any, limit: int | None = None) -> Any:
    """By conversation and seq; read with ``read_messages``."""
    return sa.select(messages).where(*conditions).order_by(messages.c.conversation_id, messages.c.seq).limit(limit)


def messages_where(connection: Connection, *conditions: Any, limit: int | None = None) -> list[StoredMessage]:
    """Messages with their buttons, by conversation and seq."""
    return read_messages(connection, connection.execute(select_messages(*conditions, limit=limit)))


def read_messages(connection: Connection, found: CursorResult) -> list[StoredMessage]:
    """The found messages with their buttons."""
    rows = found.mappings().all()
    offered = _buttons_of(connection, [row["id"] for row in rows if row["author"] != Author.CUSTOMER.value])
    return [message_of(row, offered[row["id"]]) for row in rows]


def _buttons_of(connection: Connection, message_ids: list[str]) -> dict[str, list[OfferedButton]]:
    offered: dict[str, list[OfferedButton]] = defaultdict(list)
    if message_ids:
        for row in _BUTTONS(connection, message_ids=message_ids).mappings():
            offered[row["message_id"]].append(button_of(row))
    return offered


def find_button(connection: Connection, conversation_id: str, button_id: str) -> OfferedButton | None:
    rows = connection.execute(
        sa.select(buttons).where(buttons.c.id == button_id, buttons.c.conversation_id == conversation_id)
    )
    row = rows.mappings().first()
    return button_of(row) if row else None


def last_notice(connection: Connection, conversation_id: str) -> StoredMessage | None:
    rows = connection.execute(
        sa.select(messages)
        .where(messages.c.conversation_id == conversation_id, messages.c.author == Author.SYSTEM.value)
        .order_by(messages.c.seq.desc())
        .limit(1)
    )
    row = rows.mappings().first()
    return message_of(row) if row else None


def undelivered_count(connection: Connection) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(messages).where(UNDELIVERED)).scalar_one())


def undelivered_conversations(connection: Connection, channels: Collection[str] | None) -> list[str]:
    return conversations_with(connection, UNDELIVERED, channels)


def conversations_with(connection: Connection, condition: Any, channels: Collection[str] | None) -> list[str]:
    """Ids of conversations with such messages, the one with the oldest of them first."""
    found = (
        sa.select(messages.c.conversation_id.label("id"), sa.func.min(messages.c.created_at).label("since"))
        .where(condition)
        .group_by(messages.c.conversation_id)
        .subquery()
    )
    query = sa.select(found.c.id).order_by(found.c.since)
    if channels is not None:
        query = query.join(conversations, conversations.c.id == found.c.id).where(conversations.c.channel.in_(channels))
    return list(connection.execute(query).scalars())


def mark_delivery(
    connection: Connection,
    message_ids: Collection[str],
    delivery: Delivery,
    reason: str | None = None,
    spend: Spend | None = None,
) -> None:
    connection.execute(
        sa.update(messages)
        .where(messages.c.id.in_(message_ids))
        .values(delivery=delivery.value, delivery_reason=reason)
    )
    if spend is not None:
        windows.spend(connection, spend)


def add_notice(connection: Connection, conversation_id: str, draft: Draft) -> list[StoredMessage]:
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(last_seq=conversations.c.last_seq + 1, updated_at=now())
    )
    row = connection.execute(SEEN.where(conversations.c.id == conversation_id)).mappings().first()
    if row is None:
        raise UnknownConversation(conversation_id)
    return write_drafts(connection, conversation_of(row), [draft])
