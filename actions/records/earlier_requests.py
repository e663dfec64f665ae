"""What was asked for an order before, as the rules look back on it ("once an item", "the title may change once")."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.models import EarlierRequest
from actions.records.tables import service_requests

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
    return tuple(
        EarlierRequest(row.reference or "", row.created_at, row.state, row.details or {}, row.message_id)
        for row in connection.execute(query)
    )
