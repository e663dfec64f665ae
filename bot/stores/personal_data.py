"""Everything kept of one customer beside the shop's own records, read for a copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.care_tables import article_feedback, complaints, coupons, memberships
from actions.records.care_tables import privacy_requests as requests
from actions.records.tables import service_requests
from bot.stores.join_tables import joins
from bot.stores.own_endpoints import said_on
from bot.stores.tables import conversations, messages


def collect(connection: Connection, customer_id: str, endpoint_ids: Sequence[str]) -> dict[str, Any]:
    """JSON-able. ``url``: where an attachment lies with us. Agents' notes and what was measured are left out."""
    theirs = said_on(connection, endpoint_ids)
    return {
        "requests": _rows(
            connection,
            service_requests,
            asked_by(customer_id, theirs),
            "reference kind order_number state details created_at updated_at",
        ),
        "complaints": _rows(
            connection,
            complaints,
            complained(customer_id, endpoint_ids),
            "number order_number cause words state remedy deadline created_at",
        ),
        "feedback": _rows(connection, article_feedback, judged(theirs), "article language helped at"),
        "coupons": _rows(
            connection,
            coupons,
            coupons.c.customer_id == customer_id,
            "code amount_minor currency valid_from valid_until used_on",
        ),
        "membership": _rows(
            connection, memberships, memberships.c.customer_id == customer_id, "level points points_until"
        ),
        "privacy_requests": _rows(
            connection, requests, requests.c.customer_id == customer_id, "number kind state created_at due_at"
        ),
        "joined_chats": _joined(connection, endpoint_ids),
        "conversations": _conversations(connection, theirs),
    }


def asked_by(customer_id: str, said: Any) -> Any:
    """Requests of theirs, and those that nobody had to be proven for; not what was proven to be somebody else's."""
    nameless = sa.and_(service_requests.c.customer_id == "", _about(service_requests.c.message_id, said))
    return sa.or_(service_requests.c.customer_id == customer_id, nameless)


def complained(customer_id: str, endpoint_ids: Sequence[str]) -> Any:
    nameless = sa.and_(complaints.c.customer_id.is_(None), complaints.c.conversation_id.in_(endpoint_ids))
    return sa.or_(complaints.c.customer_id == customer_id, nameless)


def judged(said: Any) -> Any:
    """Opinions of articles."""
    return _about(article_feedback.c.message_id, said)


def _about(message_id: sa.Column, said: Any) -> Any:
    return message_id.in_(sa.select(messages.c.id).where(said))


def _conversations(connection: Connection, said: Any) -> list[dict[str, Any]]:
    """In the order in which they began, each under the channel of its first message."""
    never_sent = sa.or_(messages.c.delivery.is_(None), messages.c.delivery != "held")
    there = sa.func.coalesce(messages.c.endpoint_id, messages.c.conversation_id)
    written_on = conversations.alias("written_on")
    query = (
        sa.select(messages, written_on.c.channel.label("on_channel"))
        .join(written_on, written_on.c.id == there)
        .where(said, never_sent)
        .order_by(messages.c.conversation_id, messages.c.seq)
    )
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.conversation_id, []).append(row)
    return [
        {
            "channel": rows[0].on_channel,
            "began_at": rows[0].created_at.isoformat(),
            "messages": [_message(row) for row in rows],
        }
        for rows in sorted(found.values(), key=lambda rows: rows[0].created_at)
    ]


def _message(row: Any) -> dict[str, Any]:
    said = {"at": row.created_at.isoformat(), "by": row.author, "channel": row.on_channel, "text": row.text}
    if row.attachment:
        said |= {"attachment": row.attachment.get("name", ""), "url": row.attachment.get("url", "")}
    return said


def _joined(connection: Connection, endpoint_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Which of the customer's chats were joined to which, and when."""
    guest, home = conversations.alias("guest"), conversations.alias("home")
    query = (
        sa.select(guest.c.channel.label("from"), home.c.channel.label("to"), joins.c.joined_at, joins.c.parted_at)
        .select_from(joins.join(guest, guest.c.id == joins.c.conversation_id).join(home, home.c.id == joins.c.home_id))
        .where(joins.c.conversation_id.in_(endpoint_ids), joins.c.home_id.in_(endpoint_ids))
        .order_by(joins.c.joined_at)
    )
    return [{name: _plain(value) for name, value in row.items()} for row in connection.execute(query).mappings()]


def _rows(connection: Connection, table: sa.Table, which: Any, names: str) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in names.split()]
    rows = connection.execute(sa.select(columns).where(which).order_by(*table.primary_key.columns))
    return [{name: _plain(row[name]) for name in names.split()} for row in rows.mappings()]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
