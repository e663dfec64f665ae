"""Days with a name: 双十一, 国庆, Christmas, 去年中秋节. The list is festivals.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entity.when import FUTURE, PAST, WISH, Days, When, one_day

_FILE: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("festivals.yml").read_text("utf-8"))
_BY_NAME = {name: key for key, entry in _FILE.items() for name in (*entry["names"], *entry.get("only_with", ()))}
_YEARS = {"去年": -1, "前年": -2, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
# 国庆前 without a word of the past looks ahead.
_AHEAD = re.compile("(?:之|以)?前")
_WAYS = {"last": PAST, "next": FUTURE}


def _any_of(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_CERTAIN = _any_of([name for entry in _FILE.values() for name in entry["names"]])
_DOUBTFUL = _any_of([name for entry in _FILE.values() for name in entry.get("only_with", ())])
_YEAR = r"(?:(?P<year>\d{4})年?|(?P<word>[去前今明后本]年|last|this|next)) ?的?"
_HOLIDAY = r"(?P<off>期间|假期|长假|放假| holidays?| break)"
# Good wishes are no dates, and a tree is none either; 五一广场 is a place.
PATTERN = re.compile(
    rf"(?<![a-z\d])(?<!\d\.)(?<!merry )(?<!happy )(?:{_YEAR})?(?:"
    rf"(?P<name>{_CERTAIN})(?![a-z\d])(?!\.\d)(?!节?快乐|节?安康|[树帽袜]|老人|路|广场| tree| present| gift)"
    rf"|(?P<doubtful>{_DOUBTFUL})(?=前|之前|以前|后(?!台)|之后|期间|假|放假|活动|大促|那天|当天|的时候|买的| sale))"
    rf"(?:{_HOLIDAY})?",
    re.ASCII,
)
# 三年前 is three years ago, 去年前 nothing; only 年前 by itself is "before the Spring Festival".
_COUNTED_YEARS = re.compile(r"[\d零一二两三四五六七八九十百半几多去前今明后每一]$")


def festival(match: re.Match[str], when: When) -> Days | None:
    """The festival a match of PATTERN names; the whole holiday where the customer says so."""
    name = match["name"] or match["doubtful"]
    start = match.start("doubtful")
    if name == "年" and _COUNTED_YEARS.search(match.string, max(0, start - 1), start):
        return None
    entry = _FILE[_BY_NAME[name]]
    way = _WAYS.get(
        match["word"] or "", FUTURE if when.tense == WISH and _AHEAD.match(match.string, match.end()) else 0
    )
    days = (When(when.now, way) if way else when).choose(list(_occurrences(entry, _wanted_years(match, when))))
    if days is None or not match["off"]:
        return days
    return days[0], days[0] + timedelta(days=entry.get("days", 1) - 1)


def holiday_end(match: re.Match[str], days: Days) -> date:
    """The last day off: what 国庆后 and "after Christmas" come after."""
    entry = _FILE[_BY_NAME[match["name"] or match["doubtful"]]]
    return days[0] + timedelta(days=entry.get("days", 1) - 1)


def _wanted_years(match: re.Match[str], when: When) -> list[int]:
    this = when.today.year
    if match["year"]:
        return [int(match["year"])]
    if match["word"] in _YEARS:
        return [this + _YEARS[match["word"]]]
    return [this - 1, this, this + 1]


def _occurrences(entry: dict[str, Any], years: list[int]) -> Iterator[Days]:
    for year in years:
        days = _in_year(entry, year)
        if days:
            yield days


def _in_year(entry: dict[str, Any], year: int) -> Days | None:
    if "moving" in entry:
        listed = [day for day in entry["moving"] if day.year == year]
        return (listed[0], listed[0]) if listed else None
    if "fixed" in entry:
        month, day = map(int, entry["fixed"].split("-"))
        return one_day(year, month, day)
    return _nth_weekday(entry["every"], year)


def _nth_weekday(every: dict[str, int], year: int) -> Days:
    first = date(year, every["month"], 1)
    ahead = (every["weekday"] - 1 - first.weekday()) % 7
    day = first + timedelta(days=ahead + 7 * (every["nth"] - 1) + every.get("plus", 0))
    return day, day
