"""Dates, times and money as each language writes them.

11月22日 周日 14:05 and ¥1,299.00; Sun 22 Nov, 14:05 and CN¥1,299.00.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from lang.shop_clock import shop_zone

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_WEEKDAYS: Mapping[Language, str] = {"zh": "一二三四五六日", "en": "Mon Tue Wed Thu Fri Sat Sun"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS: Mapping[str, Mapping[Language, str]] = {
    "CNY": {"zh": "¥", "en": "CN¥"},
    "USD": {"zh": "US$", "en": "$"},
    "EUR": {"zh": "€", "en": "€"},
    "GBP": {"zh": "£", "en": "£"},
    "HKD": {"zh": "HK$", "en": "HK$"},
}


def day_text(day: date, language: Language, today: date | None = None) -> str:
    """A calendar day with its weekday; the year only where it is not this one. ``today``: the shop's, for tests."""
    this_year = (today or datetime.now(shop_zone()).date()).year
    if language == "zh":
        year = "" if day.year == this_year else f"{day.year}年"
        return f"{year}{day.month}月{day.day}日 周{_WEEKDAYS['zh'][day.weekday()]}"
    year = "" if day.year == this_year else f" {day.year}"
    return f"{_WEEKDAYS['en'].split()[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def moment_text(moment: datetime, language: Language, today: date | None = None) -> str:
    """A moment on the shop's clock. ``moment`` needs a time zone."""
    local = moment.astimezone(shop_zone())
    between = " " if language == "zh" else ", "
    return f"{day_text(local.date(), language, today)}{between}{local:%H:%M}"


def money_text(amount: Decimal, currency: str, language: Language) -> str:
    """``amount`` in whole units (yuan); ``currency`` as its ISO 4217 code, which is shown where we know no sign."""
    sign = _SIGNS.get(currency, {}).get(language)
    return f"{sign}{amount:,.2f}" if sign else f"{currency} {amount:,.2f}"
