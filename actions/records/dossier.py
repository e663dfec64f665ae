"""What the desk shows of a customer's orders; implements ``bot.ports_desk.OrderRecords``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.identity.codes import remember
from actions.identity.steps import Step
from actions.records import clock, complaints, requests
from actions.records.cards import order_card, refund_card
from actions.records.database import Database
from actions.records.models import Order, Profile, Refund
from actions.records.port import OrderRecords, RecordsUnavailable
from actions.records.tables import verifications
from actions.words import Words, words

ORDERS_SHOWN = 20
_MAY_HAVE_REFUND = ("refunding", "refunded", "cancelled")


class OrderDossier:
    def __init__(self, database: Database, records: OrderRecords, translated: Words | None = None) -> None:
        self._database = database
        self._records = records
        self._words = translated or words()

    async def orders_of_conversation(self, conversation_id: str, customer_id: str | None) -> list[Mapping[str, Any]]:
        """Orders of the signed customer, and of whoever was verified in this conversation; newest first.

        Each is the order card's data with ``customer`` (masked name and phone, how we know them), ``refund`` (that
        card's data) and ``requests`` (what the bot did for the customer, or noted for the staff). While the shop's
        system is down there are the requests alone, with ``unavailable``.
        """
        levels = await self._database.read(_levels, conversation_id)
        identities = {**levels, customer_id: "signed"} if customer_id else levels
        if not identities:
            return []
        try:
            orders = await self._records.orders_of_customers(list(identities), limit=ORDERS_SHOWN)
            people = await self._people({order.customer_id for order in orders})
            refunds = await self._refunds(orders)
        except RecordsUnavailable:
            return await self._database.read(_without_orders, list(identities))
        asked = await self._database.read(requests.of_orders, [order.order_number for order in orders])
        return [
            {
                **order_card(order, self._words, reader="staff"),
                "customer": _customer(people.get(order.customer_id), identities[order.customer_id]),
                "refund": self._refund(refunds.get(order.order_number)),
                "requests": asked.get(order.order_number, []),
            }
            for order in orders
        ]

    async def overdue_complaints(self) -> Mapping[str, list[str]]:
        """Numbers of complaints past their deadline, by conversation; the longest overdue first."""
        found: dict[str, list[str]] = {}
        for made in await self._database.read(complaints.overdue, clock.now()):
            found.setdefault(made.conversation_id, []).append(made.number)
        return found

    async def vouch(self, conversation_id: str, order_number: str) -> bool:
        """An agent's word: this conversation is with the customer of the order. False for an order that is not there.

        Raises RecordsUnavailable.
        """
        order = await self._records.order(order_number)
        if order is None:
            return False
        await self._database.write(
            remember, conversation_id, order.customer_id, Step.AGENT, clock.now(), order.order_number
        )
        return True

    async def _people(self, customer_ids: set[str]) -> dict[str, Profile | None]:
        ids = sorted(customer_ids)
        return dict(zip(ids, await asyncio.gather(*map(self._records.customer, ids)), strict=True))

    async def _refunds(self, orders: Sequence[Order]) -> dict[str, Refund | None]:
        numbers = [order.order_number for order in orders if order.state in _MAY_HAVE_REFUND]
        return dict(zip(numbers, await asyncio.gather(*map(self._records.refund, numbers)), strict=True))

    def _refund(self, refund: Refund | None) -> Mapping[str, Any] | None:
        return refund_card(refund, self._words) if refund else None


def _customer(profile: Profile | None, identity: str) -> Mapping[str, str]:
    return {
        "name": profile.name if profile else "",
        "phone": profile.phone if profile else "",
        "identity": identity,
    }


def _without_orders(connection: Connection, customer_ids: list[str]) -> list[Mapping[str, Any]]:
    """What we know by ourselves; an entry without a number says at least that there is nothing to see now."""
    asked = requests.of_customers(connection, customer_ids) or {"": []}
    return [{"order_number": number, "unavailable": True, "requests": made} for number, made in asked.items()]


def _levels(connection: Connection, conversation_id: str) -> dict[str, str]:
    """How each customer of this conversation was verified in it."""
    query = sa.select(verifications.c.customer_id, verifications.c.level).where(
        verifications.c.conversation_id == conversation_id
    )
    return {row.customer_id: row.level for row in connection.execute(query)}
