"""Order records behind a shop's own API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote

from actions.records import clock
from actions.records.api import answers
from actions.records.api.client import ApiClient
from actions.records.changes import refusal
from actions.records.models import Order, Outcome, Profile, Refund
from actions.records.port import Request


class ApiRecords:
    """Implements ``port.OrderRecords``."""

    def __init__(self, client: ApiClient, now: Callable[[], datetime] = clock.now) -> None:
        self._client = client
        self._now = now

    async def order(self, order_number: str) -> Order | None:
        if not _is_part(order_number):
            return None
        return await self._client.get(f"/orders/{_part(order_number)}", answers.order)

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        if not customer_ids:
            return []
        asked = [*(("customer", customer) for customer in customer_ids), ("limit", str(limit))]
        found = await self._client.get("/orders", lambda answer: answers.orders(answer, limit), asked)
        # Whatever the API answers: nobody is shown an order of somebody else.
        return [order for order in found or [] if order.customer_id in customer_ids]

    async def refund(self, order_number: str) -> Refund | None:
        return await self._client.get(f"/orders/{_part(order_number)}/refund", answers.refund)

    async def owner(self, order_number: str, last_four: str) -> str | None:
        if not _is_part(order_number):
            return None
        # In the body: a path is written into logs.
        given = {"last_four": last_four}
        return await self._client.post(f"/orders/{_part(order_number)}/owner", answers.owner, given)

    async def customer(self, customer_id: str) -> Profile | None:
        if not _is_part(customer_id):
            return None
        return await self._client.get(f"/customers/{_part(customer_id)}", answers.customer)

    async def carry_out(self, request: Request) -> Outcome:
        body = {
            "kind": request.kind,
            "order_number": request.order_number,
            "customer_id": request.customer_id,
            "conversation_id": request.conversation_id,
            "message_id": request.message_id,
            "corrects": request.corrected_key or None,
            "details": dict(request.details),
            "terms": dict(request.terms),
            "conditions": {
                "allowed_states": list(request.allowed_states) if request.allowed_states is not None else None,
                "within_days": request.within_days,
            },
        }
        outcome = await self._client.post("/requests", answers.outcome, body, key=request.idempotency_key)
        return outcome if outcome is not None else await self._for_the_staff(request)

    async def _for_the_staff(self, request: Request) -> Outcome:
        """A kind that the API does not know: the conditions are checked here, and the caller keeps the request."""
        if not request.order_number:
            return Outcome("noted", "")
        order = await self.order(request.order_number)
        if order is None or order.customer_id != request.customer_id:
            return Outcome("unknown", "")
        return refusal(request, order.state, order.delivered_at, self._now()) or Outcome("noted", order.state)

    async def close(self) -> None:
        await self._client.close()


def _part(text: str) -> str:
    """One part of a path: a slash in a customer's order number must not lead elsewhere."""
    return quote(text, safe="")


def _is_part(text: str) -> bool:
    """Dots alone would climb the path, and nothing would name the whole list."""
    return bool(text.strip("."))
