"""The shop's order records as the bot uses them, whatever keeps them: our tables, the shop's own, or its API.

Whoever asks for an order has checked that the customer may see it (``actions/access.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.records.models import Order, Outcome, Profile, Refund


class RecordsUnavailable(Exception):
    """The shop's system does not answer now. Nothing was changed that is known of; asking later may help."""


@dataclass(frozen=True)
class Request:
    """One confirmed wish to change something. Message, kind and order together are its idempotency key.

    The conditions come from the rules (``rules/limits.yml``) and hold at the moment of the change, not only when the
    customer was asked. ``details`` is what the customer wants, as JSON: a new address, a reason, the items.
    """

    kind: str
    """Such as cancel_order, expedite_order, change_address, return_item; see docs/your-orders.md."""
    order_number: str
    """Empty for a wish that is about no order."""
    customer_id: str
    conversation_id: str
    message_id: str
    allowed_states: tuple[str, ...] | None = None
    """The order must be in one of them; None for any."""
    once_in_hours: int | None = None
    """The same kind for the same order is answered with ``already`` within so many hours; None for no such limit."""
    within_days: int | None = None
    """So many days after the delivery; None for any time. An order that was not delivered is not too late."""
    details: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    """What the rules grant, for kinds that need it: ``refund_days`` of cancel_order."""
    corrects: str = ""
    """The first message of an earlier request of this kind, order and conversation that is put right.

    While that one is not settled, it gets these details and keeps its number (``changed``); later this is a new one."""

    @property
    def action(self) -> str:
        """Kind and order, such as ``cancel_order:SO…``: names the outcome that is kept, and the effect of the turn."""
        return f"{self.kind}:{self.order_number}"

    @property
    def idempotency_key(self) -> str:
        return f"{self.message_id}:{self.action}"

    @property
    def corrected_key(self) -> str:
        """The idempotency key of what it corrects; empty where it corrects nothing."""
        return f"{self.corrects}:{self.action}" if self.corrects else ""


class OrderRecords(Protocol):
    """Every method raises RecordsUnavailable when the shop's system is down, except ``carry_out``, which says so."""

    async def order(self, order_number: str) -> Order | None: ...

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        """Newest first."""

    async def refund(self, order_number: str) -> Refund | None: ...

    async def owner(self, order_number: str, last_four: str) -> str | None:
        """The id of the order's customer, if these are the last four digits of their phone.

        Compared in constant time; an order that does not exist takes the same steps.
        """

    async def customer(self, customer_id: str) -> Profile | None:
        """Who that is, masked."""

    async def carry_out(self, request: Request) -> Outcome:
        """Do it, or pass it on to the staff, once: the same request again gives the same outcome."""
