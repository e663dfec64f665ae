"""What the desk shows of a customer's orders; implements ``bot.ports.OrderRecords``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.cards import mask_name, mask_phone, money, order_card
from actions.records.database import Database
from actions.records.models import Order, Refund
from actions.records.repository import OrderReader
from actions.records.tables import customers, refunds, service_requests, verifications
from actions.words import Words, words

ORDERS_SHOWN = 20


class OrderDossier:
    def __init__(self, database: Database, translated: Words | None = None) -> None:
        self._database = database
        self._orders = OrderReader(database)
        self._words = translated or words()

    async def orders_of_conversation(self, conversation_id: str, customer_id: str | None) -> list[Mapping[str, Any]]:
        """Orders of the signed customer, and of whoever was verified in this conversation; newest first.

        Each is the order card's data with ``customer`` (masked name and phone, how we know them), ``refund`` and
        ``requests`` (what the bot noted for the staff).
        """
        levels = await self._database.read(_levels, conversation_id)
        identities = {**levels, customer_id: "signed"} if customer_id else levels
        orders = await self._orders.orders_of_customers(list(identities), limit=ORDERS_SHOWN)
        return await self._database.read(self._entries, orders, identities)

    def _entries(
        self, connection: Connection, orders: Sequence[Order], identities: Mapping[str, str]
    ) -> list[Mapping[str, Any]]:
        return [self._entry(connection, order, identities[order.customer_id]) for order in orders]

    def _entry(self, connection: Connection, order: Order, level: str) -> Mapping[str, Any]:
        of_order = {"order_number": order.order_number}
        person = connection.execute(sa.select(customers).filter_by(id=order.customer_id)).one()
        refund = connection.execute(sa.select(refunds).filter_by(**of_order)).first()
        requests = connection.execute(sa.select(service_requests).filter_by(**of_order)).all()
        return {
            **order_card(order, self._words),
            "customer": {"name": mask_name(person.name), "phone": mask_phone(person.phone), "identity": level},
            "refund": self._refund(Refund(**refund._mapping)) if refund else None,
            "requests": [{"kind": row.kind, "at": row.created_at.isoformat()} for row in requests],
        }

    def _refund(self, refund: Refund) -> Mapping[str, Any]:
        return {
            "state": self._words.both(f"word_refund_{refund.state}"),
            "state_code": refund.state,
            "amount": money(refund.amount_minor, refund.currency, self._words),
            "expected_on": refund.expected_on.isoformat() if refund.expected_on else None,
        }


def _levels(connection: Connection, conversation_id: str) -> dict[str, str]:
    """How each customer of this conversation was verified in it."""
    query = sa.select(verifications.c.customer_id, verifications.c.level).where(
        verifications.c.conversation_id == conversation_id
    )
    return {row.customer_id: row.level for row in connection.execute(query)}
