"""Conversations seen from an endpoint: whose channel and sender one shows, and where a sender's words go."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.joining import Endpoint
from bot.messages import Conversation
from bot.stores.join_tables import joins
from bot.stores.prepared import Prepared
from bot.stores.rows import conversation_of
from bot.stores.tables import conversations

_latest = conversations.alias("latest")
_own = conversations.alias("own")
_REST = [column for column in conversations.c if column.name not in ("channel", "sender", "endpoint_id")]

SEEN = sa.select(
    *_REST,
    conversations.c.endpoint_id,
    sa.func.coalesce(_latest.c.channel, conversations.c.channel).label("channel"),
    sa.func.coalesce(_latest.c.sender, conversations.c.sender).label("sender"),
).select_from(conversations.outerjoin(_latest, _latest.c.id == conversations.c.endpoint_id))
"""Every conversation, seen from where the customer wrote last; read with ``rows.conversation_of``."""

IS_JOINED = (
    sa.select(joins.c.id).where(joins.c.conversation_id == conversations.c.id, joins.c.parted_at.is_(None)).exists()
)
"""What is written on its endpoint goes elsewhere: such a conversation is a part of its home."""

_HOME = sa.func.coalesce(joins.c.home_id, _own.c.id)
_ROUTE = sa.select(
    *_REST, _own.c.id.label("endpoint_id"), _own.c.channel, _own.c.sender, conversations.c.endpoint_id.label("last")
).select_from(
    _own.outerjoin(joins, sa.and_(joins.c.conversation_id == _own.c.id, joins.c.parted_at.is_(None))).join(
        conversations, conversations.c.id == _HOME
    )
)
_OF_SENDER = Prepared(
    _ROUTE.where(_own.c.channel == sa.bindparam("of_channel"), _own.c.sender == sa.bindparam("of_sender"))
)
_OF_ENDPOINT = Prepared(_ROUTE.where(_own.c.id == sa.bindparam("of_endpoint")))
_ENDPOINTS = Prepared(
    sa.select(conversations.c.id, conversations.c.channel, conversations.c.sender).where(
        conversations.c.id.in_(sa.bindparam("ids", expanding=True))
    )
)


def find_route(connection: Connection, channel: str, sender: str) -> tuple[Conversation, str] | None:
    """The conversation that this sender's words go to, seen from there; and the endpoint last written from."""
    row = _OF_SENDER(connection, of_channel=channel, of_sender=sender).mappings().first()
    return None if row is None else (conversation_of(row), row["last"] or row["id"])


def find_home(connection: Connection, endpoint: str) -> Conversation | None:
    """The conversation that this endpoint's words go to, seen from there."""
    row = _OF_ENDPOINT(connection, of_endpoint=endpoint).mappings().first()
    return None if row is None else conversation_of(row)


def read_endpoints(connection: Connection, ids: set[str]) -> dict[str, Endpoint]:
    rows: Any = _ENDPOINTS(connection, ids=sorted(ids)).mappings()
    return {row["id"]: Endpoint(row["id"], row["channel"], row["sender"]) for row in rows}
