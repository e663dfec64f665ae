"""What agents see and change. Functions over one open transaction."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Conversation, Draft, Handoff, Note, Owner, StoredMessage
from bot.ports import StaleConversation
from bot.stores.inbox import AlreadyStored, find_external, new_episode_columns, owner_columns, read_conversation
from bot.stores.outbox import DESK, write_drafts
from bot.stores.rows import conversation_of, external_id_of, handoff_of, new_id, note_of, now
from bot.stores.seen import IS_JOINED, SEEN
from bot.stores.tables import conversations, handoffs, notes


def list_conversations(
    connection: Connection, owner: Owner | None, agent: str | None, limit: int
) -> list[Conversation]:
    query = SEEN.where(~IS_JOINED).limit(limit)
    if owner is not None:
        query = query.where(conversations.c.owner == owner.value)
    if agent is not None:
        query = query.where(conversations.c.agent == agent)
    # Those who wait come first, and the one who has waited longest comes first of all.
    waiting_last = sa.case((conversations.c.owner == Owner.WAITING.value, 0), else_=1)
    query = query.order_by(waiting_last, conversations.c.waiting_since, conversations.c.updated_at.desc())
    return [conversation_of(row) for row in connection.execute(query).mappings()]


def place_in_queue(connection: Connection, conversation_id: str) -> int | None:
    conversation = read_conversation(connection, conversation_id)
    if conversation.owner is not Owner.WAITING:
        return None
    since = conversation.waiting_since
    earlier = sa.or_(
        conversations.c.waiting_since < since,
        sa.and_(conversations.c.waiting_since == since, conversations.c.id < conversation_id),
    )
    ahead = connection.execute(sa.select(sa.func.count()).where(conversations.c.owner == Owner.WAITING.value, earlier))
    return int(ahead.scalar_one()) + 1


def waiting_count(connection: Connection) -> int:
    counted = connection.execute(sa.select(sa.func.count()).where(conversations.c.owner == Owner.WAITING.value))
    return int(counted.scalar_one())


def change_owner(
    connection: Connection,
    conversation_id: str,
    *,
    expected_version: int,
    owner: Owner,
    agent: str | None,
    fresh: bool,
    drafts: Sequence[Draft],
) -> tuple[Conversation, list[StoredMessage]]:
    before = read_conversation(connection, conversation_id)
    columns = {
        **owner_columns(owner, agent),
        "version": conversations.c.version + 1,
        "updated_at": now(),
        "last_seq": conversations.c.last_seq + len(drafts),
    }
    if fresh:
        columns["fresh"] = True
    if before.owner is Owner.CLOSED and owner is not Owner.CLOSED:
        columns.update(new_episode_columns())
    # The second condition makes sure that `before` is what was really there before.
    unchanged = [conversations.c.version == expected_version, conversations.c.version == before.version]
    changed = connection.execute(
        sa.update(conversations).where(conversations.c.id == conversation_id, *unchanged).values(**columns)
    )
    if not changed.rowcount:
        raise StaleConversation(conversation_id)
    conversation = read_conversation(connection, conversation_id)
    return conversation, write_drafts(connection, conversation, drafts)


def add_agent_message(connection: Connection, conversation_id: str, draft: Draft) -> StoredMessage:
    """Raises StaleConversation, or AlreadyStored when this ``client_id`` came before."""
    owned = connection.execute(
        sa.update(conversations)
        .where(
            conversations.c.id == conversation_id,
            conversations.c.owner == Owner.AGENT.value,
            conversations.c.agent == draft.agent,
        )
        .values(last_seq=conversations.c.last_seq + 1, updated_at=now())
    )
    conversation = read_conversation(connection, conversation_id)
    if draft.client_id and (earlier := find_external(connection, DESK, external_id_of(draft, conversation_id))):
        raise AlreadyStored(earlier)
    if not owned.rowcount:
        raise StaleConversation(conversation_id)
    return (write_drafts(connection, conversation, [draft]))[0]


def list_handoffs(connection: Connection, conversation_id: str) -> list[Handoff]:
    rows = connection.execute(
        sa.select(handoffs)
        .where(handoffs.c.conversation_id == conversation_id)
        .order_by(handoffs.c.created_at, handoffs.c.id)
    )
    return [handoff_of(row) for row in rows.mappings()]


def insert_note(connection: Connection, conversation_id: str, agent: str, text: str) -> Note:
    read_conversation(connection, conversation_id)
    note = Note(id=new_id(), conversation_id=conversation_id, agent=agent, text=text, created_at=now())
    connection.execute(
        sa.insert(notes).values(
            id=note.id, conversation_id=conversation_id, agent=agent, text=text, created_at=note.created_at
        )
    )
    return note


def list_notes(connection: Connection, conversation_id: str) -> list[Note]:
    rows = connection.execute(
        sa.select(notes).where(notes.c.conversation_id == conversation_id).order_by(notes.c.created_at, notes.c.id)
    )
    return [note_of(row) for row in rows.mappings()]
