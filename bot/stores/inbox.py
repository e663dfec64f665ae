"""Customers' messages: stored, found again, handled. Functions over one open transaction.

Every writer updates the conversation's row first. On PostgreSQL that row lock makes overlapping transactions come
out in the order of ``seq``: nobody sees number 5 while number 4 is still uncommitted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Author, Conversation, Customer, Delivery, Incoming, Language, Owner, StoredMessage
from bot.ports import Answer, StaleConversation, TurnRecord, UnknownConversation, Work
from bot.stores.outbox import (
    conversations_with,
    insert_message,
    read_messages,
    select_messages,
    write_drafts,
)
from bot.stores.prepared import Prepared
from bot.stores.rows import conversation_of, new_id, now
from bot.stores.seen import SEEN, find_route, read_endpoints
from bot.stores.tables import UNDELIVERED, UNHANDLED, conversations, handoffs, messages
from bot.stores.windows import open_window, release_delayed


class AlreadyStored(Exception):
    """Ends an accepting transaction without a trace: the message came before."""

    def __init__(self, message: StoredMessage) -> None:
        super().__init__(message.id)
        self.message = message


class Rerouted(Exception):
    """Ends an accepting transaction without a trace: the sender was joined, or parted, in the same moment."""


class AlreadyHandled(Exception):
    """Ends a handling transaction without a trace: another worker was faster, or has to do it."""


_BY_ID = Prepared(SEEN.where(conversations.c.id == sa.bindparam("conversation_id")))
_COUNT = Prepared(
    sa.update(conversations)
    .where(conversations.c.id == sa.bindparam("counted"))
    .values(
        last_seq=conversations.c.last_seq + 1,
        updated_at=sa.bindparam("at", type_=conversations.c.updated_at.type),
        endpoint_id=sa.bindparam("there", type_=conversations.c.endpoint_id.type),
    )
)
_EXTERNAL = Prepared(
    select_messages(
        messages.c.channel == sa.bindparam("of_channel"), messages.c.external_id == sa.bindparam("of_external_id")
    )
)


def read_conversation(connection: Connection, conversation_id: str) -> Conversation:
    row = _BY_ID(connection, conversation_id=conversation_id).mappings().first()
    if row is None:
        raise UnknownConversation(conversation_id)
    return conversation_of(row)


def find_conversation(connection: Connection, channel: str, sender: str) -> Conversation | None:
    route = find_route(connection, channel, sender)
    return route[0] if route else None


def insert_conversation(
    connection: Connection, channel: str, sender: str, language: Language, customer: Customer | None
) -> Conversation:
    at, conversation_id = now(), new_id()
    conversation = Conversation(
        id=conversation_id,
        channel=channel,
        sender=sender,
        owner=Owner.BOT,
        version=1,
        episode=1,
        language=language,
        last_seq=0,
        created_at=at,
        updated_at=at,
        customer=customer,
        endpoint=conversation_id,
    )
    row = asdict(conversation)
    del row["customer"], row["endpoint"]
    row.update(owner=conversation.owner.value, **customer_columns(customer))
    connection.execute(sa.insert(conversations).values(row))
    return conversation


def update_conversation(connection: Connection, conversation_id: str, **columns: str | None) -> Conversation:
    connection.execute(
        sa.update(conversations).where(conversations.c.id == conversation_id).values(updated_at=now(), **columns)
    )
    return read_conversation(connection, conversation_id)


def customer_columns(customer: Customer | None) -> dict[str, Any]:
    return {
        "customer_id": customer.id if customer else None,
        "customer_name": customer.name if customer else None,
    }


def store_incoming(connection: Connection, incoming: Incoming, language: Language) -> StoredMessage:
    """Give the message its ``seq`` and keep it; raises AlreadyStored, Rerouted, IntegrityError if two open at once."""
    if find_route(connection, incoming.channel, incoming.sender) is None:
        insert_conversation(connection, incoming.channel, incoming.sender, language, None)
    conversation, came_from = _lock_for_incoming(connection, incoming)
    # Looked up only now: with the row locked, two copies of one message cannot both find nothing.
    if earlier := find_external(connection, incoming.channel, incoming.external_id):
        raise AlreadyStored(earlier)
    if conversation.owner is Owner.CLOSED:
        conversation = _reopen(connection, conversation)
    message = StoredMessage(
        id=new_id(),
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        episode=conversation.episode,
        author=Author.CUSTOMER,
        text=incoming.text,
        language=conversation.language,
        created_at=conversation.updated_at,
        payload=incoming.payload,
        attachment=incoming.attachment,
        external_id=incoming.external_id,
        address=incoming.address,
        endpoint=conversation.endpoint,
    )
    insert_message(connection, message, incoming.channel)
    if incoming.window is not None:
        open_window(connection, conversation.endpoint, incoming.window, incoming.sent_at)
    if incoming.window is not None or came_from != conversation.endpoint:
        release_delayed(connection, conversation.id, conversation.endpoint)
    return message


def find_external(connection: Connection, channel: str, external_id: str) -> StoredMessage | None:
    found = read_messages(connection, _EXTERNAL(connection, of_channel=channel, of_external_id=external_id))
    return found[0] if found else None


def _lock_for_incoming(connection: Connection, incoming: Incoming) -> tuple[Conversation, str]:
    """The sender's conversation, counted up and seen from there, and the endpoint its customer wrote from before."""
    route = find_route(connection, incoming.channel, incoming.sender)
    assert route is not None
    (before, came_from) = route
    there = None if before.endpoint == before.id else before.endpoint
    _COUNT(connection, counted=before.id, at=now(), there=there)
    locked = find_route(connection, incoming.channel, incoming.sender)
    # Only now nobody can join or part it any more.
    if locked is None or locked[0].id != before.id:
        raise Rerouted(before.id)
    return locked[0], came_from


def _reopen(connection: Connection, conversation: Conversation) -> Conversation:
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation.id)
        .values(version=conversations.c.version + 1, **owner_columns(Owner.BOT), **new_episode_columns())
    )
    return read_conversation(connection, conversation.id)  # whose customer wrote last on this very endpoint


def owner_columns(owner: Owner, agent: str | None = None) -> dict[str, Any]:
    """The columns an owner brings along; the wait clock starts with ``waiting`` and stops with everything else."""
    columns: dict[str, Any] = {
        "owner": owner.value,
        "agent": agent,
        "waiting_since": now() if owner is Owner.WAITING else None,
    }
    if owner is Owner.BOT:
        columns["misunderstandings"] = 0
    return columns


def new_episode_columns() -> dict[str, Any]:
    return {"episode": conversations.c.episode + 1, "fresh": True, "mood": 0.0}


_HERE = messages.c.conversation_id == sa.bindparam("conversation_id")
_UNSENT_OF = Prepared(select_messages(_HERE, UNDELIVERED))
_OLDEST_UNHANDLED_OF = Prepared(select_messages(_HERE, UNHANDLED, limit=1))
_REPLIES = Prepared(select_messages(messages.c.in_reply_to == sa.bindparam("message_id")))
_HANDLED_IN = Prepared(
    sa.select(messages.c.conversation_id).where(
        messages.c.id == sa.bindparam("message_id"), messages.c.handled_at.is_not(None)
    )
)
_SET_HANDLED = Prepared(
    sa.update(messages)
    .where(
        messages.c.id == sa.bindparam("message_id"),
        messages.c.conversation_id == sa.bindparam("within"),
        messages.c.handled_at.is_(None),
    )
    .values(
        handled_at=sa.bindparam("at", type_=messages.c.handled_at.type),
        decision=sa.bindparam("made", type_=messages.c.decision.type),
    )
)


def work(connection: Connection, conversation_id: str) -> Work:
    conversation = read_conversation(connection, conversation_id)
    unsent = read_messages(connection, _UNSENT_OF(connection, conversation_id=conversation_id))
    oldest = read_messages(connection, _OLDEST_UNHANDLED_OF(connection, conversation_id=conversation_id))
    there = {message.endpoint for message in unsent}
    elsewhere = there - {conversation.id} or conversation.endpoint != conversation.id
    endpoints = read_endpoints(connection, there) if there and elsewhere else {}
    return Work(conversation, unsent, oldest[0] if oldest else None, endpoints)


def answer_to(connection: Connection, message_id: str) -> Answer | None:
    conversation_id = _HANDLED_IN(connection, message_id=message_id).scalar()
    if conversation_id is None:
        return None
    replies = read_messages(connection, _REPLIES(connection, message_id=message_id))
    return Answer(read_conversation(connection, conversation_id), replies)


def unhandled_conversations(connection: Connection, channels: Collection[str] | None) -> list[str]:
    return conversations_with(connection, UNHANDLED, channels)


def record_turn(connection: Connection, record: TurnRecord) -> list[StoredMessage]:
    """Write everything a handled message changes; raises StaleConversation or AlreadyHandled."""
    conversation = _lock_for_turn(connection, record)
    if not set_handled(connection, record.message, record.decision):
        raise AlreadyHandled(record.message.id)
    if record.handoff is not None:
        handoff = {**asdict(record.handoff), "created_at": record.handoff.created_at or now()}
        connection.execute(sa.insert(handoffs).values(id=new_id(), conversation_id=conversation.id, **handoff))
    return write_drafts(connection, conversation, record.drafts, record.message.endpoint)


def set_handled(connection: Connection, message: StoredMessage, decision: Mapping[str, Any]) -> bool:
    """False when it was handled before, or is another conversation's by now (its endpoint was joined or parted).

    The caller has locked the conversation's row.
    """
    values = {"message_id": message.id, "within": message.conversation_id, "at": now(), "made": dict(decision)}
    return bool(_SET_HANDLED(connection, **values).rowcount)


def _lock_for_turn(connection: Connection, record: TurnRecord) -> Conversation:
    conversation_id = record.message.conversation_id
    speaks = any(draft.author is Author.BOT and draft.delivery is not Delivery.HELD for draft in record.drafts)
    if speaks and record.expected_version is None:
        raise ValueError("A bot reply needs the version check; without it only HELD drafts may be written.")
    condition = [conversations.c.id == conversation_id]
    if record.expected_version is not None:
        condition.append(conversations.c.version == record.expected_version)
    if speaks:
        condition.append(conversations.c.owner == Owner.BOT.value)
    changed = connection.execute(sa.update(conversations).where(*condition).values(**_turn_columns(record)))
    if not changed.rowcount:
        read_conversation(connection, conversation_id)
        raise StaleConversation(conversation_id)
    return read_conversation(connection, conversation_id)


def _turn_columns(record: TurnRecord) -> dict[str, Any]:
    given: Mapping[str, Any] = {
        "language": record.language,
        "mood": record.mood,
        "misunderstandings": record.misunderstandings,
        "fresh": record.fresh,
    }
    columns: dict[str, Any] = {"updated_at": now(), "last_seq": conversations.c.last_seq + len(record.drafts)}
    if record.new_owner is not None:
        columns.update(version=conversations.c.version + 1, **owner_columns(record.new_owner))
    columns.update({name: value for name, value in given.items() if value is not None})
    return columns
