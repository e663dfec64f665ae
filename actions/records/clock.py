"""The time: now in UTC, and the calendar day in the shop (``rules/shop.yml``)."""

from __future__ import annotations

from datetime import date, datetime, timezone

from lang.shop_clock import shop_zone


def now() -> datetime:
    return datetime.now(timezone.utc)


def shop_time(moment: datetime) -> datetime:
    """The same moment on the shop's clock."""
    return moment.astimezone(shop_zone())


def shop_day(moment: datetime) -> date:
    """The date a clock in the shop shows."""
    return shop_time(moment).date()


def shop_today() -> date:
    """Today's date in the shop."""
    return shop_day(now())
