"""Days in figures: 2026-11-03, 20261103, 11/3, 25/12/2026, 11.3号. Month before day where both are possible."""

from __future__ import annotations

import re

from bot.nlu.entity.when import RECENT, Days, Rule, When, one_day

_A = r"(?<![a-z\d/:$€£¥-])(?<!\d[.,])"
_Z = r"(?![\d/]|[.,:-]\d|[a-z%])"
# A fraction, a score, round the clock: 1/2, 3/4, 5/5, 24/7.
_FRACTION = re.compile(r"(?:1/[234]|[23]/4|2/3|4/5|5/5|10/10|24/7|50/50)")
_EXPECTED = re.compile(r"(?:(?<![a-z])(?:on|by|before|until|since|after|from|dated?)|[在到于自从至]|日期:?) ?$")
_MEASURE_AFTER = re.compile(r" ?(?:inch|inches|英?寸|of |star|stars|分|折|磅|码|cup|price|off)")


def _year_first(match: re.Match[str], when: When) -> Days | None:
    return one_day(int(match["year"]), int(match["month"]), int(match["day"]))


def _year_last(match: re.Match[str], when: When) -> Days | None:
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    return one_day(year, first, second) or one_day(year, second, first)


def _month_and_day(match: re.Match[str], when: When) -> Days | None:
    written, text = match.group(), match.string
    if _MEASURE_AFTER.match(text, match.end()) or (
        _FRACTION.fullmatch(written) and not _EXPECTED.search(text, max(0, match.start() - 16), match.start())
    ):
        return None
    first, second = int(match["first"]), int(match["second"])
    month, day = (first, second) if first <= 12 else (second, first)
    listed = [one_day(when.today.year + by, month, day) for by in (-1, 0, 1)]
    return when.choose([days for days in listed if days], RECENT)


_Y, _M, _D = r"(?P<year>20\d\d)", r"(?P<month>0?[1-9]|1[0-2])", r"(?P<day>0?[1-9]|[12]\d|3[01])"
_FIRST, _SECOND = r"(?P<first>0?[1-9]|[12]\d|3[01])", r"(?P<second>0?[1-9]|[12]\d|3[01])"
RULES: list[Rule] = [
    (re.compile(rf"{_A}{_Y}(?P<sign>[-/.]){_M}(?P=sign){_D}(?:[号日]|(?=t\d\d:)|{_Z})", re.ASCII), _year_first),
    (
        re.compile(rf"{_A}{_Y}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d|[a-z]|[.,-]\d)", re.ASCII),
        _year_first,
    ),
    (re.compile(rf"{_A}{_FIRST}(?P<sign>[-/.]){_SECOND}(?P=sign){_Y}{_Z}", re.ASCII), _year_last),
    (re.compile(rf"{_A}{_FIRST}/{_SECOND}(?:[号日]|{_Z})", re.ASCII), _month_and_day),
    (re.compile(rf"{_A}{_FIRST}\.{_SECOND}[号日]", re.ASCII), _month_and_day),
]
