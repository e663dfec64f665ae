"""What customer and staff call a row by: letters for its kind, the shop's day, and the row's own number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records import clock


def insert_numbered(
    connection: Connection, name: sa.Column[str], letters: str, now: datetime, values: Mapping[str, Any]
) -> tuple[int, str]:
    """Add a row to the table of the column ``name``, which gets the number: ``CP`` → ``CP2611220007``.

    Returns the row's id and the number, which holds the id and so is known only once the row is there.
    """
    table = name.table
    (row_id,) = connection.execute(sa.insert(table).values(**values)).inserted_primary_key
    number = f"{letters}{clock.shop_day(now):%y%m%d}{row_id:04}"
    connection.execute(sa.update(table).where(table.c.id == row_id).values({name: number}))
    return row_id, number
