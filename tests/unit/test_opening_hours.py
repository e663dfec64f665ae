"""When people answer: stretches of a day, holidays, moved working days, and the file that says so."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.opening_hours import ALWAYS, OpeningHours
from bot.rules import RulesError
from bot.rules_hours import load_hours

SHOP = timezone(timedelta(hours=8))
FILE = """
week:
  monday: ["09:00-12:00", "13:00-18:00"]
  friday: ["09:00-24:00"]
days:
  2026-11-23: []
  2026-11-29: ["10:00-16:00"]
"""


@pytest.fixture
def hours(tmp_path: Path) -> OpeningHours:
    path = tmp_path / "hours.yml"
    path.write_text(FILE, encoding="utf-8")
    return load_hours(path, SHOP)


def at(text: str) -> datetime:
    """A moment on the shop's clock, given in UTC as the core does."""
    return datetime.fromisoformat(text).replace(tzinfo=SHOP).astimezone(timezone.utc)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-16 09:00", None),
        ("2026-11-16 11:59", None),
        ("2026-11-16 08:59", "2026-11-16 09:00"),
        ("2026-11-16 12:00", "2026-11-16 13:00"),
        ("2026-11-16 18:00", "2026-11-20 09:00"),
        ("2026-11-20 23:59", None),
        ("2026-11-21 00:00", "2026-11-27 09:00"),  # the holiday on Monday is left out
        ("2026-11-23 10:00", "2026-11-27 09:00"),
        ("2026-11-28 01:00", "2026-11-29 10:00"),  # a Sunday that is worked
        ("2026-11-29 15:59", None),
    ],
)
def test_open_or_the_next_opening(hours: OpeningHours, moment: str, opens: str | None) -> None:
    assert hours.opens(at(moment)) == (at(opens) if opens else None)
    assert hours.is_open(at(moment)) is (opens is None)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_it_is_open_at_its_next_opening_and_was_closed_before(moment: datetime) -> None:
    hours = OpeningHours(SHOP, {0: ((540, 720), (780, 1080)), 4: ((0, 1440),)})
    at_it = moment.replace(tzinfo=SHOP)
    opening = hours.opens(at_it)
    if opening is None:
        assert hours.is_open(at_it)
    else:
        assert opening > at_it
        assert hours.is_open(opening)
        assert not hours.is_open(opening - timedelta(minutes=1))


def test_a_shop_that_never_opens_says_nothing_untrue() -> None:
    assert OpeningHours(SHOP, {}).opens(at("2026-11-16 09:00")) is None


def test_without_a_file_it_is_always_open(tmp_path: Path) -> None:
    assert load_hours(tmp_path / "none.yml", SHOP).opens(at("2026-11-22 03:00")) is None
    assert ALWAYS.is_open(at("2026-11-22 03:00"))


def test_the_shops_own_file_is_sound() -> None:
    load_hours(Path("rules/hours.yml"), SHOP)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("week: {monday: ['9-18']}", "'9-18' is no stretch"),
        ("week: {monday: ['18:00-09:00']}", "'18:00-09:00' is no stretch"),
        ("week: {monday: ['09:00-25:00']}", "no stretch"),
        ("week: {monday: ['09:00-24:30']}", "no stretch"),
        ("week: {Monday: ['09:00-18:00']}", "Monday"),
        ("week: {}\ndays: {'2026-13-01': []}", "2026-13-01: this is no date"),
        ("days: {}", "week"),
    ],
)
def test_every_fault_is_named(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "hours.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match=fault):
        load_hours(path, SHOP)
