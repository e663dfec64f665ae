"""What must be settled before a customer's data may be erased."""

from __future__ import annotations

from dataclasses import dataclass

from actions.privacy_limits import PrivacyLimits
from actions.records import privacy
from actions.records.database import Database
from actions.records.port import OrderRecords

_STATES = {"paid": "order", "in_transit": "order", "refunding": "refund"}


@dataclass(frozen=True)
class Matter:
    """``kind``: order, refund or complaint; ``number``: its own."""

    kind: str
    number: str


async def open_matter(
    records: OrderRecords, database: Database, limits: PrivacyLimits, customer_id: str
) -> Matter | None:
    """The first matter that stands in the way by the rules; None where nothing does. Raises RecordsUnavailable."""
    if {"order", "refund"} & set(limits.not_while):
        for order in await records.orders_of_customers([customer_id]):
            kind = _STATES.get(order.state)
            if kind in limits.not_while:
                return Matter(str(kind), order.order_number)
    if "complaint" in limits.not_while:
        number = await database.read(privacy.open_complaint, customer_id)
        if number is not None:
            return Matter("complaint", number)
    return None
