"""Joining an endpoint to another conversation, and undoing it. Functions over one open transaction.

Both conversations' rows are locked first, in the order of their ids. Every other writer locks one of them before it
looks where its endpoint leads, so nothing is written into a conversation that has just become a part of another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.identity.steps import Step
from actions.records.privacy import drop_copies
from actions.records.tables import verifications
from bot.joining import Changed, Endpoint, JoinCode, JoinRefused
from bot.messages import Author, Conversation, Delivery, Draft, Owner, StoredMessage
from bot.stores.inbox import AlreadyHandled, new_episode_columns, owner_columns, read_conversation, set_handled
from bot.stores.join_codes import end_codes, is_usable
from bot.stores.join_tables import join_codes, joins
from bot.stores.outbox import messages_where, write_drafts
from bot.stores.rows import new_id, now
from bot.stores.tables import UNHANDLED, conversations, handoffs, messages

_STRENGTH = {Owner.CLOSED: 0, Owner.BOT: 1, Owner.WAITING: 2, Owner.AGENT: 3}
"""Who answers when two chats become one: a person rather than the queue, the queue rather than the bot."""
DECISION = {"responder": "joining"}


def join(
    connection: Connection, message: StoredMessage, code: JoinCode, drafts: Sequence[Draft], question: Draft | None
) -> Changed:
    """Raises JoinRefused, or AlreadyHandled when another worker was faster."""
    guest, home = _locked(connection, message.conversation_id, code.home_id)
    _refuse_unless_possible(connection, message, code, guest, home)
    _handle(connection, message, {**DECISION, "joined": home.id, "by": code.by})
    end_codes(connection, join_codes.c.home_id.in_([home.id, guest.id]))
    lent = home.customer is None and guest.customer is not None
    connection.execute(
        sa.insert(joins).values(
            id=new_id(),
            conversation_id=guest.id,
            home_id=home.id,
            joined_at=now(),
            joined_by=code.by,
            lent_customer=lent,
        )
    )
    _take_owner(connection, guest, home, lent=lent)
    _lower_proof(connection, home.id)
    drop_copies(connection, [guest.id, home.id], now())
    _end_episode(connection, guest.id)
    _move_unhandled(connection, guest.id, home.id, to_endpoint=guest.id)
    home = read_conversation(connection, home.id)
    said = [*drafts, *([question] if question is not None and home.owner is Owner.BOT else [])]
    return Changed((guest.id, home.id), _write(connection, home.id, said))


def part(
    connection: Connection,
    conversation_id: str,
    endpoints: Collection[str],
    by: str,
    drafts: Mapping[str, Sequence[Draft]],
    message: StoredMessage | None = None,
) -> Changed:
    parting = [each for each in joined_to(connection, conversation_id) if each in endpoints]
    _locked(connection, conversation_id, *parting)
    if message is not None:
        _handle(connection, message, {**DECISION, "parted": parting})
    for endpoint in parting:
        _part_one(connection, conversation_id, endpoint, by)
    touched = (conversation_id, *parting)
    written = [said for there in touched for said in _write(connection, there, drafts.get(there, ()))]
    return Changed(touched, written)


def joined_to(connection: Connection, conversation_id: str) -> list[str]:
    query = sa.select(joins.c.conversation_id).where(joins.c.home_id == conversation_id, joins.c.parted_at.is_(None))
    return list(connection.execute(query.order_by(joins.c.joined_at)).scalars())


def list_endpoints(connection: Connection, conversation_id: str) -> list[Endpoint]:
    own = sa.select(conversations.c.id, conversations.c.channel, conversations.c.sender)
    row = connection.execute(own.where(conversations.c.id == conversation_id)).one()
    found = {row.id: Endpoint(row.id, row.channel, row.sender)}
    query = (
        sa.select(conversations.c.channel, conversations.c.sender, joins)
        .join(joins, joins.c.conversation_id == conversations.c.id)
        .where(joins.c.home_id == conversation_id)
        .order_by(joins.c.joined_at.desc())
    )
    for each in connection.execute(query).mappings():
        when = (each["joined_at"], each["joined_by"], each["parted_at"], each["parted_by"])
        found.setdefault(
            each["conversation_id"], Endpoint(each["conversation_id"], each["channel"], each["sender"], *when)
        )
    return list(found.values())


def line_of_time(connection: Connection, conversation_id: str) -> list[StoredMessage]:
    """Each conversation in the order of its ``seq``, all of them in the order of arrival."""
    parts = [conversation_id, *joined_to(connection, conversation_id)]
    found = messages_where(connection, messages.c.conversation_id.in_(parts))
    latest: dict[str, Any] = {}
    arrived = []
    for message in found:  # by conversation and seq; clocks of two machines may differ, an order once given may not
        at = max(latest.get(message.conversation_id, message.created_at), message.created_at)
        latest[message.conversation_id] = at
        arrived.append((at, message.conversation_id == conversation_id, message.seq, message))
    return [message for *_, message in sorted(arrived, key=lambda each: each[:3])]


def _locked(connection: Connection, *ids: str) -> list[Conversation]:
    for conversation_id in sorted(ids):
        # The update that locks is undone if anything is refused below.
        touched = sa.update(conversations).where(conversations.c.id == conversation_id).values(updated_at=now())
        connection.execute(touched)
    return [read_conversation(connection, conversation_id) for conversation_id in ids]


def _refuse_unless_possible(
    connection: Connection, message: StoredMessage, code: JoinCode, guest: Conversation, home: Conversation
) -> None:
    if not is_usable(connection, code, message.endpoint):
        raise JoinRefused("the code is not good any more")
    elsewhere = sa.or_(joins.c.conversation_id.in_([guest.id, home.id]), joins.c.home_id == guest.id)
    if connection.execute(sa.select(joins.c.id).where(elsewhere, joins.c.parted_at.is_(None))).first():
        raise JoinRefused("one of them is joined otherwise")
    if guest.customer and home.customer and guest.customer.id != home.customer.id:
        raise JoinRefused("the shop has signed them as two different customers")


def _handle(connection: Connection, message: StoredMessage, decision: Mapping[str, Any]) -> None:
    if not set_handled(connection, message, decision):
        raise AlreadyHandled(message.id)


def _take_owner(connection: Connection, guest: Conversation, home: Conversation, *, lent: bool) -> None:
    """One conversation has one owner: the stronger of the two, the home's own where they are alike."""
    columns: dict[str, Any] = {"endpoint_id": guest.id}
    if lent and guest.customer is not None:
        columns |= {"customer_id": guest.customer.id, "customer_name": guest.customer.name}
    if _STRENGTH[guest.owner] > _STRENGTH[home.owner]:
        columns |= {**owner_columns(guest.owner, guest.agent), "version": conversations.c.version + 1}
        if guest.owner is Owner.WAITING:
            columns["waiting_since"] = guest.waiting_since
        if home.owner is Owner.CLOSED:
            columns |= new_episode_columns()
        _copy_last_handoff(connection, guest.id, home.id)
    elif guest.owner is home.owner is Owner.WAITING:
        columns["waiting_since"] = min(filter(None, (guest.waiting_since, home.waiting_since)), default=now())
    connection.execute(sa.update(conversations).where(conversations.c.id == home.id).values(**columns))


def _lower_proof(connection: Connection, home_id: str) -> None:
    """A code, or an agent, proved who held the first channel: what asks for one asks anew, now that there are two."""
    at_home = verifications.c.conversation_id == home_id
    connection.execute(sa.update(verifications).where(at_home).values(level=Step.ORDER.value))


def _copy_last_handoff(connection: Connection, guest_id: str, home_id: str) -> None:
    """The desk shows why a person was called."""
    latest = sa.select(handoffs).where(handoffs.c.conversation_id == guest_id).order_by(handoffs.c.created_at.desc())
    row = connection.execute(latest.limit(1)).mappings().first()
    if row is not None:
        connection.execute(sa.insert(handoffs).values({**row, "id": new_id(), "conversation_id": home_id}))


def _end_episode(connection: Connection, conversation_id: str) -> None:
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(version=conversations.c.version + 1, fresh=True, endpoint_id=None, **owner_columns(Owner.CLOSED))
    )


def _part_one(connection: Connection, home_id: str, endpoint: str, by: str) -> None:
    here = sa.and_(joins.c.conversation_id == endpoint, joins.c.home_id == home_id, joins.c.parted_at.is_(None))
    lent = connection.execute(sa.select(joins.c.lent_customer).where(here)).scalar_one()
    connection.execute(sa.update(joins).where(here).values(parted_at=now(), parted_by=by[:80]))
    columns: dict[str, Any] = {"customer_id": None, "customer_name": None} if lent else {}
    if read_conversation(connection, home_id).endpoint == endpoint:
        columns["endpoint_id"] = None
    if columns:
        connection.execute(sa.update(conversations).where(conversations.c.id == home_id).values(**columns))
    end_codes(connection, join_codes.c.home_id.in_([home_id, endpoint]))
    # Who was proven while they were joined may have been proven by the other one.
    both = verifications.c.conversation_id.in_([home_id, endpoint])
    connection.execute(sa.delete(verifications).where(both))
    drop_copies(connection, [home_id, endpoint], now())
    # What was not said there yet is said at home.
    unsaid = messages.c.delivery.in_([Delivery.PENDING.value, Delivery.DELAYED.value])
    connection.execute(
        sa.update(messages)
        .where(messages.c.conversation_id == home_id, messages.c.endpoint_id == endpoint, unsaid)
        .values(endpoint_id=None)
    )
    if _move_unhandled(connection, home_id, endpoint, from_endpoint=endpoint):
        _reopen(connection, endpoint)


def _reopen(connection: Connection, conversation_id: str) -> None:
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation_id, conversations.c.owner == Owner.CLOSED.value)
        .values(version=conversations.c.version + 1, **owner_columns(Owner.BOT), **new_episode_columns())
    )
    episode = read_conversation(connection, conversation_id).episode
    unhandled = sa.and_(messages.c.conversation_id == conversation_id, UNHANDLED)
    connection.execute(sa.update(messages).where(unhandled).values(episode=episode))


def _move_unhandled(
    connection: Connection,
    source: str,
    target: str,
    *,
    to_endpoint: str | None = None,
    from_endpoint: str | None = None,
) -> int:
    """What was written and not handled yet goes along, in its order; how many that were."""
    which = [messages.c.conversation_id == source, UNHANDLED]
    if from_endpoint is not None:
        which.append(messages.c.endpoint_id == from_endpoint)
    ids = list(connection.execute(sa.select(messages.c.id).where(*which).order_by(messages.c.seq)).scalars())
    there = read_conversation(connection, target)
    for number, message_id in enumerate(ids, there.last_seq + 1):
        moved = {"conversation_id": target, "seq": number, "episode": there.episode, "endpoint_id": to_endpoint}
        connection.execute(sa.update(messages).where(messages.c.id == message_id).values(**moved))
    _count(connection, target, len(ids))
    return len(ids)


def _write(connection: Connection, conversation_id: str, drafts: Sequence[Draft]) -> list[StoredMessage]:
    if any(draft.author not in (Author.SYSTEM, Author.BOT) for draft in drafts):
        raise ValueError("Only notices, and the bot's own words again, are said about a join.")
    _count(connection, conversation_id, len(drafts))
    return write_drafts(connection, read_conversation(connection, conversation_id), drafts)


def _count(connection: Connection, conversation_id: str, more: int) -> None:
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(last_seq=conversations.c.last_seq + more, updated_at=now())
    )
