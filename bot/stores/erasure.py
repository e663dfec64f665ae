"""Erases what is kept of one customer beside the shop's own records; what goes, what stays, why: docs/privacy.md."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.care_tables import article_feedback, complaints, identity_codes
from actions.records.care_tables import privacy_requests as requests
from actions.records.tables import attempts, service_requests, verifications
from bot.messages import Owner
from bot.stores.join_tables import JOINED, join_attempts, join_codes, joins
from bot.stores.media import ADDRESS
from bot.stores.own_endpoints import places_of, said_on
from bot.stores.personal_data import asked_by, complained, judged
from bot.stores.tables import (
    UNDELIVERED,
    UNHANDLED,
    buttons,
    channel_media,
    conversations,
    handoffs,
    messages,
    notes,
    reply_windows,
    told_unasked,
    web_sessions,
)

NOBODY = "erased:"
"""How the senders and customers begin that stand where somebody was erased."""
_FREE = (Owner.BOT.value, Owner.CLOSED.value)


class _Erasing:
    """One transaction's deletions, counted by table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.gone: dict[str, int] = {}

    def remove(self, table: sa.Table, which: Any) -> None:
        self._count(table, self._connection.execute(sa.delete(table).where(which)).rowcount)

    def empty(self, table: sa.Table, which: Any, **values: Any) -> None:
        self._count(table, self._connection.execute(sa.update(table).where(which).values(**values)).rowcount)

    def _count(self, table: sa.Table, rows: int) -> None:
        self.gone[table.name] = self.gone.get(table.name, 0) + rows


def is_held(connection: Connection, endpoint_ids: Sequence[str]) -> bool:
    """Whether a person holds one of their conversations, or their latest words are not answered yet."""
    held = sa.select(conversations.c.id).where(
        conversations.c.id.in_(places_of(connection, endpoint_ids)), conversations.c.owner.not_in(_FREE)
    )
    unheard = sa.select(messages.c.id).where(said_on(connection, endpoint_ids), UNHANDLED)
    return any(connection.execute(query).first() is not None for query in (held, unheard))


def is_sending(connection: Connection, endpoint_ids: Sequence[str]) -> bool:
    """Whether something said there is not delivered yet."""
    theirs = sa.select(messages.c.id).where(said_on(connection, endpoint_ids), UNDELIVERED)
    return connection.execute(theirs).first() is not None


def media_of(connection: Connection, endpoint_ids: Sequence[str]) -> list[str]:
    """Ids of the files that were sent there."""
    found = connection.execute(sa.select(messages.c.attachment).where(said_on(connection, endpoint_ids))).scalars()
    urls = {attachment.get("url", "") for attachment in found if attachment}
    return sorted(url.removeprefix(ADDRESS) for url in urls if url.startswith(ADDRESS))


def dialogues_of(connection: Connection, endpoint_ids: Sequence[str]) -> list[str]:
    """Ids of the conversations whose dialogue state holds their words."""
    query = sa.select(messages.c.conversation_id).where(said_on(connection, endpoint_ids)).distinct()
    return sorted({*endpoint_ids, *connection.execute(query).scalars()})


def erase(
    connection: Connection, number: str, customer_id: str, endpoint_ids: Sequence[str], now: datetime
) -> Mapping[str, int] | None:
    """All of it in one transaction, with the request's own end. Returns rows by table; None while it must wait.

    Whoever writes locks the conversation's row first: what arrives at this very moment makes it wait, or comes to a
    new conversation.
    """
    ids = sorted(endpoint_ids)
    locked = sa.select(conversations.c.id).where(conversations.c.id.in_(places_of(connection, ids)))
    connection.execute(locked.order_by(conversations.c.id).with_for_update())
    if is_held(connection, ids):
        return None
    erasing = _Erasing(connection)
    _erase_books(connection, erasing, customer_id, ids)
    _erase_talk(connection, erasing, ids)
    _part(connection, erasing, ids, now)
    _erase_proof(erasing, customer_id, ids)
    _empty_conversations(connection, erasing, customer_id, ids)
    values = {"customer_id": nobody_instead_of(customer_id), "file": None, "link_key": None}
    connection.execute(sa.update(requests).where(requests.c.customer_id == customer_id).values(**values))
    done = {"state": "done", "outcome": erasing.gone, "updated_at": now}
    connection.execute(sa.update(requests).where(requests.c.number == number).values(**done))
    return erasing.gone


def nobody_instead_of(customer_id: str) -> str:
    """Keeps the rows of one customer together for the books, and leads back to nobody who does not know the id."""
    return f"{NOBODY}{hashlib.sha256(customer_id.encode()).hexdigest()[:24]}"


def _erase_books(connection: Connection, erasing: _Erasing, customer_id: str, ids: Sequence[str]) -> None:
    """Before the messages go: some rows know their customer only by the message."""
    nobody, theirs = nobody_instead_of(customer_id), said_on(connection, ids)
    erasing.remove(article_feedback, judged(theirs))
    erasing.empty(complaints, complained(customer_id, ids), customer_id=nobody, words=[])
    erasing.empty(service_requests, asked_by(customer_id, theirs), customer_id=nobody, details={})


def _erase_talk(connection: Connection, erasing: _Erasing, ids: Sequence[str]) -> None:
    media, theirs = media_of(connection, ids), said_on(connection, ids)
    for table in (buttons, handoffs):
        erasing.remove(table, table.c.message_id.in_(_ids_where(theirs)))
    erasing.remove(messages, theirs)
    for table in (notes, web_sessions, reply_windows, told_unasked):
        erasing.remove(table, table.c.conversation_id.in_(ids))
    erasing.remove(channel_media, channel_media.c.id.in_(media))


def _part(connection: Connection, erasing: _Erasing, ids: Sequence[str], now: datetime) -> None:
    """Every join ends. Who was proven while they were joined may have been the other one (as in ``joins.part``)."""
    either = sa.and_(JOINED, sa.or_(joins.c.conversation_id.in_(ids), joins.c.home_id.in_(ids)))
    pairs = connection.execute(sa.select(joins.c.conversation_id, joins.c.home_id).where(either)).all()
    both = sorted({each for pair in pairs for each in pair})
    erasing.remove(verifications, verifications.c.conversation_id.in_(both))
    erasing.empty(joins, either, parted_at=now, parted_by="erased")
    erasing.remove(join_codes, sa.or_(join_codes.c.home_id.in_(ids), join_codes.c.claimed_by.in_(ids)))
    erasing.remove(join_attempts, join_attempts.c.endpoint_id.in_(ids))


def _erase_proof(erasing: _Erasing, customer_id: str, ids: Sequence[str]) -> None:
    for table in (verifications, identity_codes):
        erasing.remove(table, sa.or_(table.c.customer_id == customer_id, table.c.conversation_id.in_(ids)))
    erasing.remove(attempts, attempts.c.conversation_id.in_(ids))
    # Somebody else's tries count on, only not as tries at this customer.
    erasing.empty(attempts, attempts.c.customer_id == customer_id, customer_id=None)


def _empty_conversations(connection: Connection, erasing: _Erasing, customer_id: str, ids: Sequence[str]) -> None:
    # A home that is another one's knew this customer as a guest.
    lent = sa.update(conversations).where(conversations.c.customer_id == customer_id)
    connection.execute(lent.values(customer_id=None, customer_name=None))
    last_there = sa.update(conversations).where(conversations.c.endpoint_id.in_(ids))
    connection.execute(last_there.values(endpoint_id=None))
    for each in ids:
        erasing.empty(
            conversations,
            conversations.c.id == each,
            sender=f"{NOBODY}{each}",
            customer_id=None,
            customer_name=None,
            owner=Owner.CLOSED.value,
            agent=None,
            endpoint_id=None,
            version=conversations.c.version + 1,
        )


def _ids_where(which: Any) -> Any:
    return sa.select(messages.c.id).where(which)
