"""Orders as this process last saw them: what a confirmed wish is about while the shop's system is down."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection, Sequence

from actions.records.models import Order

MINUTES = 30
_MOST_CONVERSATIONS = 2000

_seen: OrderedDict[str, tuple[float, Sequence[Order]]] = OrderedDict()


def remember(conversation_id: str, orders: Sequence[Order]) -> None:
    """The latest look counts; of too many conversations the oldest are forgotten."""
    _seen.pop(conversation_id, None)
    _seen[conversation_id] = time.monotonic(), tuple(orders)
    while len(_seen) > _MOST_CONVERSATIONS:
        _seen.popitem(last=False)


def of(conversation_id: str, customer_ids: Collection[str]) -> list[Order]:
    """What is remembered of these customers' orders; empty after ``MINUTES``."""
    at, orders = _seen.get(conversation_id, (0.0, ()))
    if time.monotonic() - at > MINUTES * 60:
        return []
    return [order for order in orders if order.customer_id in customer_ids]
