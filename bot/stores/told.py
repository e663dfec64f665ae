"""What the bot says unasked: each matter once, and never into a conversation that people hold."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Author, Draft, Owner, StoredMessage
from bot.ports import StaleConversation
from bot.stores.desk import insert_note
from bot.stores.inbox import read_conversation
from bot.stores.outbox import messages_where, write_drafts
from bot.stores.rows import now
from bot.stores.tables import conversations, messages, told_unasked

_MAY_BE_TOLD = (Owner.BOT.value, Owner.CLOSED.value)


def tell_unasked(
    connection: Connection, conversation_id: str, subject: str, drafts: Sequence[Draft], expected_version: int
) -> list[StoredMessage]:
    """Nothing where the subject was told before; raises StaleConversation when somebody else owns it (by now)."""
    if connection.execute(sa.select(told_unasked.c.subject).where(told_unasked.c.subject == subject)).first():
        return []
    connection.execute(told_unasked.insert().values(subject=subject, conversation_id=conversation_id, at=now()))
    changed = connection.execute(
        sa.update(conversations)
        .where(
            conversations.c.id == conversation_id,
            conversations.c.version == expected_version,
            conversations.c.owner.in_(_MAY_BE_TOLD),
        )
        .values(last_seq=conversations.c.last_seq + len(drafts), updated_at=now())
    )
    conversation = read_conversation(connection, conversation_id)
    if not changed.rowcount:
        raise StaleConversation(conversation_id)
    return write_drafts(connection, conversation, drafts)


def note_once(connection: Connection, conversation_id: str, subject: str, agent: str, text: str) -> bool:
    """A note for agents; False where the subject was told before. Raises UnknownConversation."""
    if connection.execute(sa.select(told_unasked.c.subject).where(told_unasked.c.subject == subject)).first():
        return False
    insert_note(connection, conversation_id, agent, text)
    connection.execute(told_unasked.insert().values(subject=subject, conversation_id=conversation_id, at=now()))
    return True


def last_word_of_customer(connection: Connection, conversation_id: str) -> StoredMessage | None:
    """The latest message of the customer: what opens a channel's window."""
    mine = messages.c.conversation_id == conversation_id, messages.c.author == Author.CUSTOMER.value
    latest = sa.select(sa.func.max(messages.c.seq)).where(*mine).scalar_subquery()
    found = messages_where(connection, *mine, messages.c.seq == latest)
    return found[0] if found else None
