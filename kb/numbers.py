"""Numbers that contradict each other in two languages: 三天 and 3 days agree, 24 小时 and one day, 9 折 and 10% off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lang.normalize import fold


@dataclass(frozen=True)
class Amount:
    """``value`` in ``unit`` ("hour", "month", "yuan", "percent", "clock" in minutes; empty: not known which).

    ``shown`` is the number as written. ``sure``: written in figures, and so meant as a number; 一次 and "a day" are
    mostly ways of speaking.
    """

    shown: str
    value: float
    unit: str
    written: float
    sure: bool


_HOURS = {
    "分钟": 1 / 60,
    "小时": 1.0,
    "天": 24.0,
    "工作日": 24.0,
    "自然日": 24.0,
    "日": 24.0,
    "周": 168.0,
    "星期": 168.0,
}
_HOURS |= {"minute": 1 / 60, "min": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
_MONTHS = {"月": 1.0, "年": 12.0, "month": 1.0, "year": 12.0}
_UNITS = {name: ("hour", factor) for name, factor in _HOURS.items()}
_UNITS |= {name: ("month", factor) for name, factor in _MONTHS.items()}
_UNITS |= dict.fromkeys(("元", "块", "yuan", "rmb", "cny"), ("yuan", 1.0))
_UNITS |= dict.fromkeys(("%", "percent"), ("percent", 1.0))

_ZH_UNIT = r"(?:个)?(?P<unit>分钟|小时|工作日|自然日|天|周|星期|(?<=个)月|年(?!\s*\d)|元|块|%|折)"
_EN_UNIT = (
    r"[\s-]*(?:working|business|calendar|natural)?[\s-]*"
    r"(?P<unit>minute|min|hour|day|week|month|year|yuan|rmb|cny|percent|%)s?\b(?!\w)"
)
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_TO = r"\s*(?:-|–|—|~|到|至|to|or|or up to|and|或)\s*"
_NUMBER = re.compile(
    rf"(?<![\w.])(?P<money>[¥$]\s*)?(?P<first>{_FIGURE})(?:{_TO}(?P<second>{_FIGURE}))?"
    rf"(?P<myriad>\s*[万千])?(?:\s*{_ZH_UNIT}|{_EN_UNIT.replace('?P<unit>', '?P<word>')}|(?P<sign>%))?",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?P<part>上午|早上|凌晨|中午|下午|晚上|傍晚)?\s*(?<!\d)(?P<hour>\d{1,2})\s*"
    r"(?:[::](?P<minute>\d{2})(?!\d)|点(?P<half>半)?|(?=\s*[ap]\.?m\b))\s*(?P<half_day>[ap]\.?m\b\.?)?"
)
_ZH_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_ZH_WORD = re.compile(rf"(?<![第同每某这那哪]) ?(?P<word>[一二两三四五六七八九十百半]+)\s*{_ZH_UNIT}")
_EN_NUMBERS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
) | {
    "a": 1,
    "an": 1,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
    "half a": 0.5,
    "half an": 0.5,
}
_EN_WORD = re.compile(rf"\b(?P<word>half an?|{'|'.join(sorted(_EN_NUMBERS, key=len, reverse=True))})\b{_EN_UNIT}")
_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = re.compile(rf"\b({'|'.join(name[:3] + '(?:' + name[3:] + ')?' for name in _MONTH_NAMES)})\b")


def contradictions(chinese: str, english: str) -> list[str]:
    """Numbers as written that only one of the two texts has, sorted; empty when they agree.

    A number in figures must stand in both. One in words is only told when the other text has another number of its
    kind.
    """
    left, right = _unmatched(chinese, english)
    told = [amount for amount in (*left, *right) if amount.sure]
    for mine, others in ((left, right), (right, left)):
        told += [
            amount for amount in mine if not amount.sure and any(other.unit == amount.unit != "" for other in others)
        ]
    return sorted({amount.shown for amount in told})


def amounts(text: str) -> list[Amount]:
    """Every number of a text in either language."""
    folded = fold(text)
    found = []
    for clock in _CLOCK.finditer(folded):
        found.append(_clock(clock))
    # What was read as a time of day is no other number.
    folded = _CLOCK.sub(lambda clock: " " * len(clock.group()), folded)
    found += [amount for match in _NUMBER.finditer(folded) for amount in _figures(match)]
    found += [_in_words(match, _chinese_number(match["word"])) for match in _ZH_WORD.finditer(folded)]
    found += [_in_words(match, _EN_NUMBERS[match["word"]]) for match in _EN_WORD.finditer(folded)]
    found += [_month(match[1]) for match in _MONTH.finditer(folded)]
    return found


def _unmatched(chinese: str, english: str) -> tuple[list[Amount], list[Amount]]:
    left, right = amounts(chinese), amounts(english)
    return (
        [one for one in left if not any(_same(one, other) for other in right)],
        [one for one in right if not any(_same(one, other) for other in left)],
    )


def _same(one: Amount, other: Amount) -> bool:
    if one.unit and other.unit:
        return one.unit == other.unit and abs(one.value - other.value) < 1e-6
    return one.written == other.written


def _figures(match: re.Match[str]) -> Iterator[Amount]:
    unit = match["unit"] or match["word"] or match["sign"] or ("元" if match["money"] else "")
    times = {"万": 10_000, "千": 1000}.get((match["myriad"] or "").strip(), 1)
    for shown in filter(None, (match["first"], match["second"])):
        written = float(shown.replace(",", "")) * times
        if unit == "折":
            # 9 折 is nine tenths of the price, 10% off.
            percent = round(100 - (written * 10 if written < 10 else written), 6)
            yield Amount(shown, percent, "percent", percent, True)
        elif unit == "年" and written > 1900:
            yield Amount(shown, written, "", written, True)
        else:
            kind, factor = _UNITS.get(unit, ("", 1.0))
            yield Amount(shown, written * factor, kind, written, True)


def _clock(match: re.Match[str]) -> Amount:
    hour = int(match["hour"])
    minute = int(match["minute"] or (30 if match["half"] else 0))
    late = (match["half_day"] or "").startswith("p") or match["part"] in ("下午", "晚上", "傍晚")
    if late and hour < 12:
        hour += 12
    shown = re.sub(r"\s+", " ", match.group()).strip()
    return Amount(shown, hour * 60.0 + minute, "clock", hour * 60.0 + minute, True)


def _in_words(match: re.Match[str], number: float) -> Amount:
    kind, factor = _UNITS.get(match["unit"], ("", 1.0))
    return Amount(match.group().strip(), number * factor, kind, number, False)


def _month(name: str) -> Amount:
    number = float([month[:3] for month in _MONTH_NAMES].index(name[:3]) + 1)
    return Amount(name, number, "", number, False)


def _chinese_number(word: str) -> float:
    """一 to 九百九十九, and 半."""
    if word.startswith("半"):
        return 0.5
    total, digit = 0, 0
    for sign in word:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _ZH_DIGITS.get(sign, 0)
    return float(total + digit)
