"""The small parts under the entity rules: numbers, festivals, whole words."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from bot.nlu.entity import festivals
from bot.nlu.entity.boundaries import Words
from bot.nlu.entity.lookup import Lookup
from bot.nlu.entity.numerals import number, whole
from bot.nlu.entity.when import FUTURE, PAST, WISH, When, tense_at
from lang.normalize import fold


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("199", "199"),
        ("1,299.00", "1299.00"),
        ("一百九十九", "199"),
        ("3百", "300"),
        ("三百五", "350"),
        ("三百零五", "305"),
        ("一千二", "1200"),
        ("1万2", "12000"),
        ("1.5万", "15000"),
        ("3千5百", "3500"),
        ("十五", "15"),
        ("两", "2"),
        ("二零二六", "2026"),
        ("一亿", "100000000"),
        ("twenty-five", "25"),
        ("two hundred and fifty", "250"),
        ("a hundred", "100"),
    ],
)
def test_numbers(written: str, value: str) -> None:
    assert number(written) == Decimal(value)


@pytest.mark.parametrize("written", ["十百万", "三五百"])
def test_what_is_no_number(written: str) -> None:
    assert number(written) is None


def test_what_is_counted_is_whole() -> None:
    assert (whole("2.0"), whole("2.5")) == (2, None)


def _festival(said: str, year: int, month: int, day: int) -> str:
    match = festivals.PATTERN.search(fold(said))
    assert match
    days = festivals.festival(match, When(datetime(year, month, day, tzinfo=timezone.utc)))
    return str(days[0]) if days else ""


@pytest.mark.parametrize(
    ("said", "today", "day"),
    [
        ("双十一", (2026, 12, 1), "2026-11-11"),
        ("双十一", (2027, 9, 1), "2027-11-11"),
        ("春节", (2029, 1, 10), "2029-02-13"),
        ("Mother's Day", (2025, 5, 1), "2025-05-11"),
        ("Thanksgiving", (2028, 11, 1), "2028-11-23"),
        ("cyber monday", (2026, 11, 1), "2026-11-30"),
        ("2031年中秋节", (2026, 1, 1), "2031-10-01"),
        ("last christmas", (2026, 12, 30), "2026-12-25"),
        ("next christmas", (2026, 12, 30), "2027-12-25"),
        ("春节", (2060, 1, 10), ""),
    ],
)
def test_festivals(said: str, today: tuple[int, int, int], day: str) -> None:
    assert _festival(said, *today) == day


def test_moving_festivals_are_listed_once_a_year_without_gaps() -> None:
    listed = yaml.safe_load(Path(festivals.__file__).with_name("festivals.yml").read_text("utf-8"))
    for name, entry in listed.items():
        if "moving" in entry:
            assert [day.year for day in entry["moving"]] == list(range(2024, 2041)), name
    eves = [(day - eve).days for eve, day in zip(listed["new_years_eve_lunar"]["moving"],
                                                 listed["spring_festival"]["moving"], strict=True)]  # fmt: skip
    assert set(eves) == {1}


@pytest.mark.parametrize(
    ("clause", "tense"),
    [
        ("周五下的单", PAST),
        ("周五能到吗", FUTURE),
        ("麻烦周五送", WISH),
        ("周五已经发了", PAST),
        ("周五", 0),
        ("i bought it on friday", PAST),
        ("will it come on friday", FUTURE),
        ("by friday", WISH),
        ("friday", 0),
        # Each clause by itself.
        ("上周买的,周五能到吗", FUTURE),
    ],
)
def test_the_words_around_a_day_tell_which_way_it_lies(clause: str, tense: int) -> None:
    place = max(clause.find("周五"), clause.find("friday"))
    assert tense_at(clause, place) == tense


def test_a_short_chinese_name_must_be_a_word_of_its_own() -> None:
    lookup = Lookup({"上海": "SH", "New York": "NY"})
    found = {
        text: [hit.value for hit in lookup.find(Words(text))]
        for text in ("上海到了", "晚上海鲜", "newyork", "a new yorker")
    }
    assert found == {"上海到了": ["SH"], "晚上海鲜": [], "newyork": ["NY"], "a new yorker": []}
