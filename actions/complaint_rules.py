"""What a complaint is about, and what may be offered for it. Pure: rules and facts in, a decision out."""

from __future__ import annotations

import functools
import re
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from actions.complaint_limits import ComplaintLimits
from actions.records import clock
from actions.records.models import Order

REMEDIES = ("redelivery", "shipping_fee", "coupon")
KIND_OF = {
    "redelivery": "redeliver_order",
    "shipping_fee": "refund_shipping_fee",
    "coupon": "grant_coupon",
}
"""The kind of the request that carries a remedy out."""

_CAUSES_FILE = Path(__file__).with_name("complaint_causes.yml")
_BARE = {"zh": 10, "en": 7}  # characters, words: "我要投诉", "I would like to make a complaint"


def cause_of(text: str) -> str:
    """By the words of the message; ``other`` where none says what it is about."""
    folded = " ".join(text.casefold().split())
    line = f" {' '.join(re.findall(r'[a-z’]+', folded.replace(chr(39), '’')))} "
    best, most = "other", 0
    for cause, words in _causes().items():
        spoken = (f" {word.replace(chr(39), '’')} " in line for word in words["en"])
        found = sum(word in folded for word in words["zh"]) + sum(spoken)
        if found > most:
            best, most = cause, found
    return best


def is_bare(text: str) -> bool:
    """Whether it says no more than that there is a complaint."""
    if cause_of(text) != "other" or text.startswith("/"):
        return text.startswith("/")
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    return han <= _BARE["zh"] if han else len(text.split()) <= _BARE["en"]


def remedies(cause: str, order: Order | None, limits: ComplaintLimits, now: datetime) -> tuple[str, ...]:
    """What the bot may offer by itself, the nearest to the matter first. Nothing without an order of this customer."""
    if order is None or order.state == "cancelled":
        return ()
    if now - order.placed_at > timedelta(days=limits.days_after_order):
        return ()
    allowed = {
        "redelivery": cause in ("delivery", "wrong_item") and order.state in limits.redelivery_states,
        "shipping_fee": limits.shipping_fee > 0 and cause == "delivery" and came_late(order, now),
        "coupon": limits.coupon > 0 and cause != "other",
    }
    return tuple(remedy for remedy in REMEDIES if allowed[remedy])


def came_late(order: Order, now: datetime) -> bool:
    """Delivered after the promised day, or still not there."""
    if order.promised_on is None:
        return False
    if order.delivered_at is not None:
        return clock.shop_day(order.delivered_at) > order.promised_on
    return order.is_late(clock.shop_day(now))


@functools.cache
def _causes() -> dict[str, dict[str, list[str]]]:
    return yaml.safe_load(_CAUSES_FILE.read_text("utf-8"))
