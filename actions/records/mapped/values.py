"""What stands in other people's columns, as we know it: amounts, moments, days, digits."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_MILLISECONDS_FROM = 10**11
"""Larger numbers count milliseconds: as seconds they would lie in the year 5138."""
_COMPACT_DAY = re.compile(r"^\d{8}$")


def minor_units(value: Any, *, decimal: bool) -> int:
    """Fen or cents. Raises ValueError, InvalidOperation for what is no number."""
    amount = Decimal(str(value if value is not None else 0).replace(",", ""))
    return int((amount * 100 if decimal else amount).quantize(Decimal(1), ROUND_HALF_UP))


def own_units(minor: int, *, decimal: bool) -> Decimal | int:
    """The other way."""
    return Decimal(minor) / 100 if decimal else minor


def moment(value: Any, zone: tzinfo) -> datetime | None:
    """A date and time, an ISO text, or a number of seconds or milliseconds since 1970; none, empty and 0 are None."""
    if value in (None, "", 0):
        return None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)
    elif isinstance(value, (int, float, Decimal)):
        seconds = float(value) / 1000 if value >= _MILLISECONDS_FROM else float(value)
        return datetime.fromtimestamp(seconds, timezone.utc)
    else:
        found = _from_text(str(value))
    return found.replace(tzinfo=zone) if found.tzinfo is None else found


def day(value: Any, zone: tzinfo) -> date | None:
    """A calendar day in the shop."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    found = moment(value, zone)
    return found.astimezone(zone).date() if found else None


def _from_text(text: str) -> datetime:
    written = text.strip().replace("/", "-")
    if _COMPACT_DAY.match(written):
        return datetime.strptime(written, "%Y%m%d")
    return datetime.fromisoformat(written.replace("Z", "+00:00"))


def last_four(phone: Any) -> str:
    """The last four digits, whatever stands between them."""
    return "".join(sign for sign in str(phone or "") if sign.isdecimal())[-4:]


def stored_moment(at: datetime, python_type: type, zone: tzinfo) -> Any:
    """A moment as a column of this type keeps it."""
    local = at.astimezone(zone)
    if issubclass(python_type, datetime):
        return local.replace(tzinfo=None)
    if issubclass(python_type, date):
        return local.date()
    if issubclass(python_type, (int, float, Decimal)):
        return int(at.timestamp())
    return local.strftime("%Y-%m-%d %H:%M:%S")
