"""Whom this conversation has proven, as surely as a service needs it. Asked anew each time: a slot proves nothing."""

from __future__ import annotations

from actions import services
from actions.identity.steps import Step
from actions.records import recently_seen
from actions.records.models import Order
from actions.records.port import RecordsUnavailable
from actions.turn import CustomerTurn


async def customers(turn: CustomerTurn, service: str) -> tuple[str, ...]:
    """Ids of the customers for whom the service may be done now (``identity_steps`` of rules/limits.yml)."""
    return await _known(turn, services.current().limits.step(service))


async def weakly_known(turn: CustomerTurn) -> tuple[str, ...]:
    """Ids of the customers who have proven anything: enough to send them a code, for nothing else."""
    return await _known(turn, Step.ORDER)


async def only_customer(turn: CustomerTurn, service: str) -> str | None:
    """The one customer for whom it may be done; several at once are no customer."""
    found = await customers(turn, service)
    return found[0] if len(found) == 1 else None


async def orders(turn: CustomerTurn, service: str) -> list[Order]:
    """All orders of the customers for whom the service may be done, newest first. Raises RecordsUnavailable.

    For a yes to our question, the orders as they were when we asked will do while the shop's system is down: the wish
    is kept then, and its conditions are checked when it is carried out. Nothing else is told from memory.
    """
    return await orders_of(turn, await customers(turn, service))


async def orders_of(turn: CustomerTurn, known: tuple[str, ...]) -> list[Order]:
    """The same for customers who are known already."""
    if not known:
        return []
    try:
        found = await services.current().records.orders_of_customers(known)
    except RecordsUnavailable:
        remembered = recently_seen.of(turn.conversation_id, known) if turn.intent == "affirm" else []
        if not remembered:
            raise
        return remembered
    recently_seen.remember(turn.conversation_id, found)
    return found


async def remembered(turn: CustomerTurn, service: str, order_number: str | None) -> Order | None:
    """The order as this conversation last saw it, for reading an answer by; it may have changed since."""
    seen = recently_seen.of(turn.conversation_id, await customers(turn, service))
    return next((order for order in seen if order.order_number == order_number), None)


async def permitted(turn: CustomerTurn, service: str, order_number: str | None) -> Order | None:
    """The order, if the service may be done for it."""
    if not order_number:
        return None
    return next((order for order in await orders(turn, service) if order.order_number == order_number), None)


async def _known(turn: CustomerTurn, step: Step) -> tuple[str, ...]:
    # A log-in proved who held one chat; where two are one, it proves as much as an order number (docs/decisions/0021).
    signed_as = Step.ORDER if turn.joined else Step.SIGNED
    return await services.current().identity.customers_of(turn.conversation_id, turn.customer_id, step, signed_as)
