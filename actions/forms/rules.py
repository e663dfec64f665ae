"""Yes or no: building blocks of the services' rules. Pure; every figure comes from ``rules/limits.yml``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from actions.forms.description import Case, Refusal
from actions.forms.vocabulary import folded
from actions.records import clock
from actions.records.models import Order
from actions.speak import day, money, word
from lang.shop_clock import shop_zone

Rule = Callable[[Case], Refusal | None]


def first_of(*rules: Rule) -> Rule:
    """The first no among several rules."""
    return lambda case: next((refusal for rule in rules if (refusal := rule(case))), None)


def order_of(case: Case) -> Order:
    """The order of a service that needs one."""
    assert case.order is not None, "this service needs an order"
    return case.order


def state_allows(**helps: tuple[str, ...]) -> Rule:
    """The order's state is among the allowed ones. ``helps``: what is offered instead, by state."""

    def rule(case: Case) -> Refusal | None:
        order = order_of(case)
        if order.state in case.limits.allowed_states:
            return None
        return Refusal(f"state_{order.state}" if order.state in helps else "state", helps.get(order.state, ()))

    return rule


def within_days_of_delivery(case: Case) -> Refusal | None:
    """Goods that are faulty may come back longer than others."""
    limit = days_to_return(case)
    if limit is None or case.days_since_delivery is None or case.days_since_delivery <= limit:
        return None
    return _too_late(limit, case.days_since_delivery)


def days_to_return(case: Case) -> int | None:
    """None while it is not known why, unless both windows are the same."""
    limits = case.limits
    reason = case.details.get("return_reason")
    if limits.days_if_faulty is None:
        return limits.days_after_delivery
    if reason is None:
        # Later than the longer of the two, the reason does not matter any more.
        return max(limits.days_if_faulty, limits.days_after_delivery or 0)
    return limits.days_after_delivery if reason == "unwanted" else limits.days_if_faulty


def within_days_of_order(case: Case) -> Refusal | None:
    limit = case.limits.days_after_order
    passed = (case.today - clock.shop_day(order_of(case).placed_at)).days
    return _too_late(limit, passed) if limit is not None and passed > limit else None


def not_again(case: Case) -> Refusal | None:
    """Once in so many days for one order; a second wish is told the first one's number."""
    days = case.limits.once_in_days
    if days is None:
        return None
    since = case.now - timedelta(days=days)
    again = [request for request in case.earlier if request.at > since]
    # An exchange of another item of the same order is another matter.
    same = [request for request in again if request.details.get("item") == case.details.get("item")]
    if same and ("item" in case.details or case.order is None or len(case.order.items) == 1):
        return Refusal("again", arguments={"reference": same[0].reference or "–", "when": day(_day(same[0].at))})
    return None


def _day(moment: datetime) -> date:
    return clock.shop_day(moment)


def _too_late(limit: int, passed: int) -> Refusal:
    return Refusal("late", arguments={"limit": limit, "passed": passed})


# --- one service's own -----------------------------------------------------------------------------------------------


def may_be_delivered_then(case: Case) -> Refusal | None:
    """A day and hours that the couriers serve, and that can still be arranged."""
    limits, chosen = case.limits, case.details.get("delivery_day")
    if chosen is None:
        return None
    wished = date.fromisoformat(chosen)
    evening_before = datetime.combine(wished - timedelta(days=1), datetime.min.time(), shop_zone()) + timedelta(
        hours=limits.change_until_hour or 0
    )
    figures = {"days": limits.days_ahead or 0, "hour": limits.change_until_hour or 0, "delivery_day": day(wished)}
    if wished > case.today + timedelta(days=limits.days_ahead or 0):
        return Refusal("too_far", arguments=figures)
    if case.now >= evening_before:
        return Refusal("too_soon", arguments=figures)
    return None


def near_enough(case: Case) -> Refusal | None:
    """Where delivery costs more, our staff work out the difference."""
    address = folded(case.details.get("new_address", ""))
    return Refusal("far") if any(folded(area) in address for area in case.limits.staff_areas) else None


def under_warranty(case: Case) -> bool:
    days, limit = case.days_since_delivery, case.limits.warranty_days
    return days is None or limit is None or days <= limit


def is_cheaper_now(case: Case) -> Refusal | None:
    seen = case.details.get("seen_price")
    if seen is None or len(case.items) != 1:
        return None
    paid, currency = case.items[0].unit_price_minor, order_of(case).currency
    if int(seen) < paid:
        return None
    return Refusal("not_cheaper", arguments={"paid": money(paid, currency), "seen": money(int(seen), currency)})


def invoice_may_change(case: Case) -> Refusal | None:
    """Title changes are counted; what is asked for again in the same words is no change."""
    changes = max(len(case.earlier) - 1, 0)
    if case.earlier and changes >= (case.limits.changes or 0):
        return Refusal("changed", arguments={"limit": case.limits.changes or 0, "reference": case.earlier[0].reference})
    return None


def is_missing_indeed(case: Case) -> Refusal | None:
    """A parcel on its way is missing once it is late or silent; a delivered one once the customer has looked."""
    order, limits = order_of(case), case.limits
    if order.state == "in_transit" and not is_overdue(order, limits.late_days or 0, limits.silent_days or 0, case.now):
        return Refusal("on_its_way", ("track_order", "expedite_order"), _promise(order))
    if case.details.get("looked") == "no":
        return Refusal("look_first", ("not_received",))
    return None


def is_overdue(order: Order, late_days: int, silent_days: int, now: datetime) -> bool:
    """Past the promised day by more than ``late_days``, or no word from the courier for more than ``silent_days``."""
    late = order.promised_on is not None and (clock.shop_day(now) - order.promised_on).days >= late_days
    silent = not order.events or now - order.events[0].at > timedelta(days=silent_days)
    return late or silent


def _promise(order: Order) -> Mapping[str, Any]:
    promised = word("word_promised_by", day=day(order.promised_on)) if order.promised_on else None
    return {"promised": promised or word("word_promised_unknown")}
