"""Points and level of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.care_tables import memberships


@dataclass(frozen=True)
class Membership:
    """``level``: none, silver, gold or black. The points are good until ``points_until``, that day included."""

    customer_id: str
    level: str
    points: int
    points_until: date


def of_customer(connection: Connection, customer_id: str) -> Membership | None:
    row = connection.execute(sa.select(memberships).where(memberships.c.customer_id == customer_id)).first()
    return Membership(**row._mapping) if row else None
