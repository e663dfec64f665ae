"""Seeds points, levels and coupons of the demo shop's customers (``demo_care.yml``)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection

from actions.records.care_tables import coupons, memberships

_FILE = Path(__file__).with_name("demo_care.yml")


def seed(connection: Connection, today: date, now: datetime) -> None:
    """Add what is missing; what is there stays as it is."""
    given = yaml.safe_load(_FILE.read_text("utf-8"))
    for row in given["memberships"]:
        known = sa.select(memberships.c.points).where(memberships.c.customer_id == row["customer_id"])
        if connection.execute(known).first() is None:
            # Points are good until the end of the next year (kb/articles/membership).
            connection.execute(memberships.insert().values(**row, points_until=date(today.year + 1, 12, 31)))
    for row in given["coupons"]:
        if connection.execute(sa.select(coupons.c.code).where(coupons.c.code == row["code"])).first() is None:
            days = {"valid_from": row.pop("from"), "valid_until": row.pop("until")}
            dates = {name: today + timedelta(days=offset) for name, offset in days.items()}
            connection.execute(coupons.insert().values(**row, **dates, currency="CNY", created_at=now))
