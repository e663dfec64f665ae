"""English words for days: the day before yesterday, last Friday, Nov 3rd to 5th, in three days. On folded text."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.nlu.entity.numerals import IN_WORDS, whole
from bot.nlu.entity.when import FUTURE, PAST, RECENT, Days, Rule, When, month_of, months_later, one_day

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RELATIVE = {
    "day before yesterday": -2, "yesterday": -1, "yday": -1, "last": -1, "today": 0, "tonight": 0, "this": 0,
    "tomorrow": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "tmrw": 1, "tmr": 1, "tmw": 1,
    "day after tomorrow": 2,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
}  # fmt: skip

_A = r"(?<![a-z\d/-])(?<!\d[.,])"
_Z = r"(?![a-z\d]|-[a-z])"
_LONG = "mon(?=day)|tues(?=day)|wednes(?=day)|thurs(?=day)|fri(?=day)|satur(?=day)|sun(?=day)"
_WEEKDAY = rf"(?P<weekday>(?:{_LONG})day|tues?|thur?s?|fri)"
# Abbreviations that are words too (sat, sun, wed) count only where a day is expected.
_SHORT = r"(?P<weekday>mon|weds?|sat|sun)"
_WHICH = r"(?P<which>last|past|this past|this coming|this|next|coming|the following)"
_SURE_MONTH = "(?P<month>january|february|april|june|july|august|september|october|november|december)"
_MONTH = rf"(?P<month>{_SURE_MONTH[10:-1]}|march|may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?:\.(?= ?\d))?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)"
_LAST_DAY = r"(?P<last_day>\d{1,2})(?:st|nd|rd|th)?"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)"
_YEAR = r"(?:,? ?(?P<year>20\d\d)(?!\d))?"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_COUNT = rf"(?P<count>\d{{1,3}}|{IN_WORDS}|an?|a couple of|couple of)"


def _relative(match: re.Match[str], when: When) -> Days:
    return when.day(_RELATIVE[match[1]])


def _weekday(match: re.Match[str], when: When) -> Days | None:
    day = next(number for number, name in enumerate(_WEEKDAYS) if name.startswith(match["weekday"][:3]))
    which = match["which"]
    if which == "next":
        return when.weekday(day, 1)
    weeks = [when.weekday(day, week) for week in (-1, 0, 1)]
    if which in ("last", "past", "this past"):
        return max(one for one in weeks if one[0] < when.today)
    if which == "this":
        return weeks[1] if weeks[1][0] >= when.today or when.tense == PAST else weeks[2]
    # "Friday" is the coming one, unless the words around it say that it is over.
    return When(when.now, when.tense or FUTURE).choose(weeks)


def _span(match: re.Match[str], when: When) -> Days:
    by = {"last": -1, "past": -1, "next": 1}.get(match["which"].removeprefix("the "), 0)
    unit = match["unit"]
    if unit == "month":
        return when.month(by)
    if unit == "year":
        return when.year(by)
    week = when.week(by)
    return (week[0] + timedelta(days=5), week[1]) if unit == "weekend" else week


def _edge(match: re.Match[str], when: When) -> Days:
    first, last = _span(match, when)
    return (first, first) if match["edge"] == "beginning" else (last, last)


def _month_number(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _years(match: re.Match[str], when: When) -> list[int]:
    this = when.today.year
    return [int(match["year"])] if match["year"] else [this - 1, this, this + 1]


def _date(match: re.Match[str], when: When) -> Days | None:
    if _is_modal(match):
        return None
    month, written = _month_number(match["month"]), match["day"]
    day = _ORDINALS.get(written) or whole(written) or 0
    listed = [one_day(year, month, day) for year in _years(match, when)]
    return when.choose([days for days in listed if days], RECENT)


def _dates(match: re.Match[str], when: When) -> Days | None:
    first = _date(match, when)
    last = one_day(first[0].year, first[0].month, int(match["last_day"])) if first else None
    return (first[0], last[1]) if first and last and first[0] <= last[0] else None


def _is_modal(match: re.Match[str]) -> bool:
    """ "These 3 may be broken", "this may take long"."""
    return match["month"] in ("may", "march") and bool(_AFTER_MODAL.match(match.string, match.end()))


def _month(match: re.Match[str], when: When) -> Days | None:
    if _is_modal(match):
        return None
    month, which = _month_number(match["month"]), match["which"]
    listed = [month_of(year, month) for year in _years(match, when)]
    if which == "last":
        return max(days for days in listed if days[1] < when.today)
    if which == "next":
        return min(days for days in listed if days[0] > when.today)
    return when.choose(listed, RECENT)


def _bare_day(match: re.Match[str], when: When) -> Days | None:
    by = {"last": -1, "this": 0, "next": 1}.get(match["which"] or "")
    day = int(match["day"])
    listed = [
        one_day(month[0].year, month[0].month, day) for month in map(when.month, (-1, 0, 1) if by is None else (by,))
    ]
    known = [days for days in listed if days]
    if by is not None or when.tense:
        return when.choose(known)
    return next((days for days in known if days[0].month == when.today.month), None)


def _away(match: re.Match[str], when: When, direction: int) -> Days | None:
    written = match["count"]
    number = 2 if written.endswith("couple of") else 1 if written in ("a", "an") else whole(written)
    if not number:
        return None
    if match["unit"] in ("day", "week"):
        return when.day(direction * number * (7 if match["unit"] == "week" else 1))
    one = months_later(when.today, direction * number * (12 if match["unit"] == "year" else 1))
    return one, one


def _ago(match: re.Match[str], when: When) -> Days | None:
    return _away(match, when, -1)


def _ahead(match: re.Match[str], when: When) -> Days | None:
    return _away(match, when, 1)


def _within(match: re.Match[str], when: When) -> Days | None:
    end = _away(match, when, 1)
    return (when.today, end[1]) if end else None


def _lately(match: re.Match[str], when: When) -> Days | None:
    start = _away(match, when, -1)
    return (start[0], when.today) if start else None


_AFTER_MODAL = re.compile(r" (?!at |and |or |to |for |by |but |in )[a-z]")
_EXPECTED = r"(?<![a-z])(?:on|by|before|until|till|since|after|from|to|for|in|of|mid|late|early)"
RULES: list[Rule] = [
    (
        re.compile(
            rf"{_A}(?:the )?(day before yesterday|day after tomorrow|yesterday|yday|today|tonight"
            r"|tomm?orr?ow|tmrw?|tmw)"
            r"(?![a-z\d])"
        ),
        _relative,
    ),
    (re.compile(rf"{_A}(last)(?= night{_Z})"), _relative),
    (re.compile(rf"{_A}(this)(?= (?:morning|afternoon|evening){_Z})"), _relative),
    (re.compile(rf"(?<!every )(?<![a-z\d/])(?<!\d[.,])(?:{_WHICH} )?{_WEEKDAY}(?![a-z\d])"), _weekday),
    (re.compile(rf"{_A}{_WHICH} {_SHORT}{_Z}"), _weekday),
    (re.compile(rf"{_EXPECTED} (?P<it>(?P<which>){_SHORT}){_Z}"), _weekday),
    (re.compile(rf"{_A}(?P<which>last|past|this|next|the) (?P<unit>weekend){_Z}"), _span),
    (re.compile(rf"{_A}(?P<which>last|past|this|next) (?P<unit>week|month|year){_Z}"), _span),
    (
        re.compile(
            rf"{_A}(?:the )?(?P<edge>end|beginning) of (?P<which>the|last|this|next|the last|the next)"
            rf" (?P<unit>week|month|year){_Z}"
        ),
        _edge,
    ),
    (re.compile(rf"{_A}{_MONTH} {_DAY} ?(?:-|to|~|until|till|through) ?{_LAST_DAY}{_YEAR}{_Z}"), _dates),
    (re.compile(rf"{_A}{_DAY} ?(?:-|to|~|until|till) ?{_LAST_DAY} (?:of )?{_MONTH}{_YEAR}{_Z}"), _dates),
    (re.compile(rf"{_A}{_MONTH} ?{_DAY}{_YEAR}(?![a-z\d])"), _date),
    (re.compile(rf"{_A}{_DAY} ?(?:of )?{_MONTH}(?![a-z]){_YEAR}"), _date),
    (re.compile(rf"{_A}(?:the )?(?P<day>{'|'.join(_ORDINALS)}) of {_MONTH}(?![a-z]){_YEAR}"), _date),
    (re.compile(rf"{_A}(?P<which>last|this|next) {_MONTH}{_YEAR}{_Z}"), _month),
    (re.compile(rf"{_EXPECTED} (?P<it>(?P<which>){_MONTH}{_YEAR}){_Z}"), _month),
    (re.compile(rf"{_A}(?P<which>){_SURE_MONTH}{_YEAR}{_Z}(?! ?\d{{1,2}}(?!\d))"), _month),
    (re.compile(rf"{_A}(?P<which>){_MONTH} (?P<year>20\d\d){_Z}"), _month),
    (re.compile(rf"{_EXPECTED} the (?P<it>{_NTH} of (?P<which>last|this|next) month){_Z}"), _bare_day),
    (
        re.compile(rf"{_EXPECTED} (?P<it>the {_NTH}(?P<which>))(?= ?(?:$|[.,!?;)]|(?:and|or|to|at|but|so)(?![a-z])))"),
        _bare_day,
    ),
    (re.compile(rf"{_A}{_COUNT} {_UNIT} ago{_Z}"), _ago),
    (re.compile(rf"{_A}in {_COUNT} {_UNIT}(?:'s? time)?{_Z}"), _ahead),
    (re.compile(rf"{_A}{_COUNT} {_UNIT} (?:from now|from today|later){_Z}"), _ahead),
    (re.compile(rf"{_A}within (?:the next )?{_COUNT} {_UNIT}{_Z}(?! (?:of|from|after))"), _within),
    (re.compile(rf"{_A}(?:(?:in|over|for) )?the next {_COUNT} {_UNIT}{_Z}"), _within),
    (re.compile(rf"{_A}(?:(?:in|over|for|during) )?the (?:last|past) {_COUNT} {_UNIT}{_Z}"), _lately),
]
