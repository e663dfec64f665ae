"""Notices late orders before their customers do, and tells them: once an order and reason, with what can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from actions.records import clock
from actions.records.cards import ORDER, order_card
from actions.records.database import Database
from actions.records.item_names import first_item
from actions.records.models import Order
from actions.records.port import OrderRecords, RecordsUnavailable
from actions.words import words
from bot.conversation.speak_first import Offer, speak_first, where_to_tell
from bot.jobs.rules import LateOrderRules, ProactiveRules
from bot.messages import Card
from bot.ports import Parts
from bot.stores.known_customers import known_customers

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LateOrders:
    """``now`` is given by tests."""

    parts: Parts
    records: OrderRecords
    database: Database
    rules: ProactiveRules
    now: Callable[[], datetime] = clock.now

    async def run(self) -> int:
        """How many customers were told now."""
        now = self.now()
        if self.rules.manners.is_quiet(clock.shop_time(now).hour):
            return 0
        known = await self.database.read(known_customers, now - self.rules.late_orders.known_for)
        told = 0
        for customer_id, conversation_ids in known.items():
            try:
                orders = await self.records.orders_of_customers([customer_id])
            except RecordsUnavailable:
                log.warning("late_orders_not_looked_at")
                return told  # the next round asks again
            late = [(order, reason) for order in orders if (reason := why_late(order, self.rules.late_orders, now))]
            told += await self._tell(conversation_ids, late, now) if late else 0
        return told

    async def _tell(self, conversation_ids: list[str], late: list[tuple[Order, str]], now: datetime) -> int:
        told = 0
        for order, reason in late:
            # Looked up anew for each: what was said to them may have changed who owns it.
            conversation = await where_to_tell(self.parts, conversation_ids, self.rules.manners, now)
            if conversation is None:
                return told
            told += await speak_first(
                self.parts,
                conversation,
                f"late_order:{order.order_number}:{reason}",
                f"utter_late_order_{reason}",
                arguments(order, now),
                offers(order),
                Card(ORDER, order_card(order, words(), reader="anyone")),
            )
        return told


def why_late(order: Order, rules: LateOrderRules, now: datetime) -> str | None:
    """``promise``: its promised date has passed; ``silence``: the courier says nothing; None: it is in time."""
    today = clock.shop_day(now)
    if order.is_late(today - timedelta(days=rules.days_after_promise)):
        return "promise"
    if order.state == "in_transit" and now - _last_news(order) > timedelta(days=rules.silent_days):
        return "silence"
    return None


def arguments(order: Order, now: datetime) -> dict[str, Any]:
    said: dict[str, Any] = {
        "order_number": order.order_number,
        "item": first_item(order.items),
        "courier": {"key": words().known("word_courier", order.courier, "other")},
        "silent_days": (now - _last_news(order)).days,
    }
    if order.promised_on is not None:
        late_days = (clock.shop_day(now) - order.promised_on).days
        said |= {
            "promised_day": {"date": order.promised_on.isoformat()},
            "late_days": late_days,
            "late": _days(late_days),
        }
    return said


def _days(count: int) -> dict[str, Any]:
    return {"key": "word_one_day" if count == 1 else "word_days", "arguments": {"count": count}}


def offers(order: Order) -> list[Offer]:
    """Wait, hurry, give it up, or a person."""
    about = f'{{"order_number": "{order.order_number}"}}'
    give_up = (
        Offer("button_late_cancel", f"/cancel_order{about}")
        if order.state == "paid"
        else Offer("button_late_refund", f"/not_received{about}")
    )
    return [
        Offer("button_late_wait", f"/track_order{about}"),
        Offer("button_late_hurry", f"/expedite_order{about}"),
        give_up,
        Offer("button_human", '/request_human{"handoff_rule": "late_order"}'),
    ]


def _last_news(order: Order) -> datetime:
    return order.events[0].at if order.events else order.placed_at
