"""What was asked for an order before, as the rules look back on it ("once an item", "the title may change once")."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.models import EarlierRequest
from actions.records.tables import service_requests

CHANGEABLE = ("open", "pending")
"""States in which a request may still be put right: nobody has done it, and nobody is at it."""
_COUNT = ("open", "done", "pending", "asking")
"""States of a request that has been made; one that was given up or dropped counts for nothing."""


def earlier_requests(connection: Connection, order_number: str, kind: str) -> tuple[EarlierRequest, ...]:
    """Newest first."""
    query = (
        sa.select(service_requests)
        .where(
            service_requests.c.order_number == order_number,
            service_requests.c.kind == kind,
            service_requests.c.state.in_(_COUNT),
        )
        .order_by(service_requests.c.id.desc())
    )
    return tuple(map(_earlier, connection.execute(query)))


def unsettled(connection: Connection, conversation_id: str, kind: str, since: datetime) -> EarlierRequest | None:
    """The newest request of this kind, about no order, that was made in this conversation and can be put right."""
    query = (
        sa.select(service_requests)
        .where(
            service_requests.c.conversation_id == conversation_id,
            service_requests.c.kind == kind,
            service_requests.c.order_number == "",
            service_requests.c.state.in_(CHANGEABLE),
            service_requests.c.created_at > since,
        )
        .order_by(service_requests.c.id.desc())
    )
    row = connection.execute(query).first()
    return _earlier(row) if row else None


def _earlier(row: Any) -> EarlierRequest:
    latest = row.conditions.get("latest_message", "")
    return EarlierRequest(row.reference or "", row.created_at, row.state, row.details or {}, row.message_id, latest)
