"""What the desk reads of the shop beside the conversations; chosen in ``wiring.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class OrderRecords(Protocol):
    """A customer's orders for the dossier: masked, JSON-able, newest first; and complaints that nobody answered."""

    async def orders_of_conversation(
        self, conversation_id: str, customer_id: str | None
    ) -> list[Mapping[str, Any]]: ...

    async def overdue_complaints(self) -> Mapping[str, list[str]]:
        """Numbers of complaints past their deadline, by conversation."""

    async def vouch(self, conversation_id: str, order_number: str) -> bool:
        """An agent's word that this conversation is with the customer of the order; False where it is not there."""
