"""Which orders this customer may see now. Asked anew at every step: what a slot says proves nothing."""

from __future__ import annotations

from actions import services
from actions.records import recently_seen
from actions.records.models import Order
from actions.records.port import RecordsUnavailable
from actions.turn import CustomerTurn


async def customers(turn: CustomerTurn) -> tuple[str, ...]:
    """Ids of the customers this conversation is verified for."""
    return await services.current().identity.customers_of(turn.conversation_id, turn.customer_id)


async def orders(turn: CustomerTurn) -> list[Order]:
    """All orders of those customers, newest first. Raises RecordsUnavailable.

    For a yes to our question, the orders as they were when we asked will do while the shop's system is down: the wish
    is kept then, and its conditions are checked when it is carried out. Nothing else is told from memory.
    """
    verified = await customers(turn)
    if not verified:
        return []
    try:
        found = await services.current().records.orders_of_customers(verified)
    except RecordsUnavailable:
        remembered = recently_seen.of(turn.conversation_id, verified) if turn.intent == "affirm" else []
        if not remembered:
            raise
        return remembered
    recently_seen.remember(turn.conversation_id, found)
    return found


async def remembered(turn: CustomerTurn, order_number: str | None) -> Order | None:
    """The order as this conversation last saw it, for reading an answer by; it may have changed since."""
    seen = recently_seen.of(turn.conversation_id, await customers(turn))
    return next((order for order in seen if order.order_number == order_number), None)


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
