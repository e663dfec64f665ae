"""Which orders this customer may see now. Asked anew at every step: what a slot says proves nothing."""

from __future__ import annotations

from actions import services
from actions.records.models import Order
from actions.turn import CustomerTurn


async def customers(turn: CustomerTurn) -> tuple[str, ...]:
    """Ids of the customers this conversation is verified for."""
    return await services.current().identity.customers_of(turn.conversation_id, turn.customer_id)


async def orders(turn: CustomerTurn) -> list[Order]:
    """All orders of those customers, newest first."""
    verified = await customers(turn)
    return await services.current().records.orders_of_customers(verified) if verified else []


async def permitted(turn: CustomerTurn, order_number: str | None) -> Order | None:
    """The order, if this customer may see it."""
    if not order_number:
        return None
    return next((order for order in await orders(turn) if order.order_number == order_number), None)


async def surely(turn: CustomerTurn) -> str | None:
    """The one customer this is beyond doubt: signed in at the shop's site, or proven by a code or an agent.

    An order number and four digits prove less. Several customers at once are no customer.
    """
    current = services.current()
    minutes = current.limits.identity.verified_for_minutes
    proven = await current.codes.proven(turn.conversation_id, minutes)
    found = dict.fromkeys([*([turn.customer_id] if turn.customer_id else []), *proven])
    return next(iter(found)) if len(found) == 1 else None
