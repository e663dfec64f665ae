"""Dates, times and money in each language, on the clock that rules/shop.yml names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from actions.records import clock
from lang import shop_clock
from lang.figures import day_text, moment_text, money_text

TODAY = date(2026, 11, 22)
MOMENT = datetime(2026, 11, 22, 6, 5, tzinfo=timezone.utc)


@pytest.fixture
def zone_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Writes a shop.yml and has it read anew."""

    def write(text: str) -> None:
        file = tmp_path / "shop.yml"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr(shop_clock, "SHOP_FILE", file)
        shop_clock.shop_zone.cache_clear()

    yield write
    shop_clock.shop_zone.cache_clear()


def test_a_day_has_its_weekday_and_a_year_only_when_it_is_another_one() -> None:
    assert day_text(date(2026, 11, 22), "zh", TODAY) == "11月22日 周日"
    assert day_text(date(2026, 11, 22), "en", TODAY) == "Sun 22 Nov"
    assert day_text(date(2027, 1, 2), "zh", TODAY) == "2027年1月2日 周六"
    assert day_text(date(2025, 12, 31), "en", TODAY) == "Wed 31 Dec 2025"


def test_a_moment_is_told_on_the_shops_clock(zone_of) -> None:  # type: ignore[no-untyped-def]
    zone_of("timezone: Asia/Shanghai\n")
    assert moment_text(MOMENT, "zh", TODAY) == "11月22日 周日 14:05"
    assert moment_text(MOMENT, "en", TODAY) == "Sun 22 Nov, 14:05"
    zone_of('timezone: "-08:00"\n')
    assert moment_text(MOMENT, "zh", TODAY) == "11月21日 周六 22:05"
    assert moment_text(MOMENT, "en", TODAY) == "Sat 21 Nov, 22:05"


def test_the_shops_day_changes_at_its_own_midnight(zone_of) -> None:  # type: ignore[no-untyped-def]
    evening = datetime(2026, 11, 22, 16, 30, tzinfo=timezone.utc)
    zone_of("timezone: Asia/Shanghai\n")
    assert clock.shop_day(evening) == date(2026, 11, 23)
    zone_of("timezone: Europe/London\n")
    assert clock.shop_day(evening) == date(2026, 11, 22)
    zone_of("timezone: Europe/London\n")
    assert clock.shop_time(datetime(2026, 7, 1, 12, tzinfo=timezone.utc)).hour == 13  # summer time


@pytest.mark.parametrize("text", ["timezone: Mars/Olympus\n", "timezone: [", "currency: EUR\n", ""])
def test_a_file_that_cannot_be_used_leaves_the_clock_of_china(text: str, zone_of) -> None:  # type: ignore[no-untyped-def]
    zone_of(text)
    assert clock.shop_time(MOMENT).hour == 14


def test_money_in_the_customers_language() -> None:
    assert money_text(Decimal("1299"), "CNY", "zh") == "¥1,299.00"
    assert money_text(Decimal("1299"), "CNY", "en") == "CN¥1,299.00"
    assert money_text(Decimal("0.5"), "USD", "en") == "$0.50"
    assert money_text(Decimal("5"), "THB", "zh") == "THB 5.00"
