"""The time: now in UTC, and the calendar day in the shop."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

# China keeps one offset all year, so no time zone database is needed on the machine.
SHOP_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    return datetime.now(timezone.utc)


def shop_day(moment: datetime) -> date:
    """The date a clock in the shop shows."""
    return moment.astimezone(SHOP_TIME).date()


def shop_today() -> date:
    """Today's date in the shop."""
    return shop_day(now())
