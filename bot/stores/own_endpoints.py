"""Which endpoints are one customer's and nobody else's, and which messages therefore are.

An endpoint is a conversation as it began (``bot/joining.py``): joined, its words lie in its home, between another
endpoint's. So what somebody wrote or was told is told apart by endpoint, not by conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.identity.steps import Step
from actions.records.tables import verifications
from bot.stores.join_tables import JOINED, joins
from bot.stores.tables import conversations, messages

EVERY_PROOF = tuple(step.value for step in Step)
SURE_PROOF = tuple(step.value for step in Step if step.reaches(Step.CODE))
"""What an order number with four digits is too little for: whoever read a parcel's label has both."""
_LENT = sa.select(joins.c.home_id).where(joins.c.lent_customer, JOINED)


def endpoints_of(
    connection: Connection, customer_id: str, asked_on: str, levels: Sequence[str] = EVERY_PROOF
) -> list[str]:
    """Ids of the endpoints that this customer signed in on, was proven on (by one of the ``levels``), or ``asked_on``.

    With those that are joined to them; but none on which somebody else was signed in or proven, except where this
    customer is signed in: nobody must get, or lose, another one's words.
    """
    own = set(_ids(connection, _signed_as(customer_id)))
    proven = sa.select(verifications.c.conversation_id).where(
        verifications.c.customer_id == customer_id, verifications.c.level.in_(levels)
    )
    near = {*own, *_ids(connection, proven), asked_on}
    pairs = _joined_near(connection, near)
    strangers = _others(connection, customer_id, {*near, *(each for pair in pairs for each in pair)})
    found, new = own, near - strangers
    while new:
        found = found | new
        # Not by way of a conversation in which somebody else was proven: who joined it is anybody's guess.
        shared = {each for pair in pairs if new & (set(pair) - strangers) for each in pair}
        new = shared - strangers - found
    return sorted(_ids(connection, sa.select(conversations.c.id).where(conversations.c.id.in_(sorted(found)))))


def left_out(connection: Connection, customer_id: str, asked_on: str, endpoint_ids: Collection[str]) -> int:
    """How many conversations the customer was proven in, or asked in, that are not theirs alone."""
    proven = sa.select(verifications.c.conversation_id).where(verifications.c.customer_id == customer_id)
    return len({*_ids(connection, proven), asked_on} - set(endpoint_ids))


def places_of(connection: Connection, endpoint_ids: Collection[str]) -> list[str]:
    """Ids of the conversations in which words of these endpoints may lie: their own, and every home they ever had."""
    homes = sa.select(joins.c.home_id).where(joins.c.conversation_id.in_(sorted(endpoint_ids)))
    return sorted({*endpoint_ids, *_ids(connection, homes)})


def said_on(connection: Connection, endpoint_ids: Collection[str]) -> Any:
    """The condition for messages that were written on one of these endpoints, or sent to it."""
    there = sa.func.coalesce(messages.c.endpoint_id, messages.c.conversation_id)
    # The places are what the index knows.
    return sa.and_(messages.c.conversation_id.in_(places_of(connection, endpoint_ids)), there.in_(sorted(endpoint_ids)))


def endpoint_of(connection: Connection, message_id: str) -> str | None:
    """Where a message was written; None for one that is gone."""
    there = sa.func.coalesce(messages.c.endpoint_id, messages.c.conversation_id)
    return connection.execute(sa.select(there).where(messages.c.id == message_id)).scalar()


def _signed_as(customer_id: str) -> Any:
    """Signed in as them by themselves: a home knows a guest's customer only for as long as they are joined."""
    return sa.select(conversations.c.id).where(
        conversations.c.customer_id == customer_id, conversations.c.id.not_in(_LENT)
    )


def _joined_near(connection: Connection, endpoint_ids: Collection[str]) -> list[tuple[str, str]]:
    """Every (guest, home) that is joined now, as far as the joins of these reach."""
    pairs: set[tuple[str, str]] = set()
    known, new = set[str](), set(endpoint_ids)
    while new:
        either = sa.or_(joins.c.conversation_id.in_(sorted(new)), joins.c.home_id.in_(sorted(new)))
        rows = connection.execute(sa.select(joins.c.conversation_id, joins.c.home_id).where(JOINED, either))
        pairs |= {(row.conversation_id, row.home_id) for row in rows}
        known |= new
        new = {each for pair in pairs for each in pair} - known
    return sorted(pairs)


def _others(connection: Connection, customer_id: str, among: Collection[str]) -> set[str]:
    """Those on which somebody else was proven or is signed in."""
    ids = sorted(among)
    proven = sa.select(verifications.c.conversation_id).where(
        verifications.c.customer_id != customer_id, verifications.c.conversation_id.in_(ids)
    )
    signed = sa.select(conversations.c.id).where(
        conversations.c.customer_id != customer_id, conversations.c.id.in_(ids)
    )
    return {*_ids(connection, proven), *_ids(connection, signed)}


def _ids(connection: Connection, query: Any) -> list[str]:
    return list(connection.execute(query).scalars())
