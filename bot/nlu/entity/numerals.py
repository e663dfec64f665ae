"""Numbers as people write them: 199, 1,299.00, 一百九十九, 3百, 两, twenty-five. Patterns expect folded text."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "两": 2,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "亿": 100_000_000}
_WORDS = {
    **{
        word: value
        for value, word in enumerate(
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
            ]
        )
    },
    **{
        word: 10 * value
        for value, word in enumerate(
            ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
        )
    },
}
_MULTIPLES = {"hundred": 100, "thousand": 1000, "dozen": 12}

HAN_DIGIT = f"[{''.join(_DIGITS)}]"
# At most twelve digits: nobody pays or orders more, and longer ones are codes.
ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.\d{1,4})?"
HAN = rf"[{''.join(_DIGITS)}{''.join(_UNITS)}]{{1,16}}"
_MIXED = rf"(?:{ARABIC}[十百千万亿]{{1,2}}){{1,3}}(?:(?<=[百千万])(?:{HAN_DIGIT}|\d(?!\d)))?"
CHINESE = rf"(?:{_MIXED}|{ARABIC}|{HAN})"
_ONE_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_BELOW_HUNDRED = rf"(?:{_ONE_WORD})(?:[ -](?:{_ONE_WORD}))?"
_MANY_WORDS = rf"{_BELOW_HUNDRED}(?: (?:hundred|thousand)(?: (?:and )?{_BELOW_HUNDRED})?)?"
IN_WORDS = rf"(?:{_MANY_WORDS}|an? (?:hundred|thousand))(?![a-z])"

_HAN_ONLY = re.compile(HAN)
_PARTS = re.compile(rf"[\d.,]+|{HAN_DIGIT}|[{''.join(_UNITS)}]")


def number(written: str) -> Decimal | None:
    """The number in ``written``, which one of the patterns matched; None when it makes no sense (十百万)."""
    plain = written.replace(",", "").strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", plain, re.ASCII):
        return Decimal(plain)
    return _english(plain) if plain[:1].isascii() and plain[:1].isalpha() else _chinese(plain)


def whole(written: str) -> int | None:
    """The same, for what can only be counted."""
    value = number(written)
    return int(value) if value is not None and value == value.to_integral_value() else None


def _english(words: str) -> Decimal | None:
    total = 0
    for word in re.split(r"[ -]", words):
        if word in _WORDS:
            total += _WORDS[word]
        elif word in ("a", "an"):
            total += 1
        elif word in _MULTIPLES:
            total *= _MULTIPLES[word]
    return Decimal(total) if total else None


def _chinese(written: str) -> Decimal | None:
    parts = _PARTS.findall(written)
    if _HAN_ONLY.fullmatch(written) and not any(part in _UNITS for part in parts):
        # 二零二六: digit by digit.
        return Decimal("".join(str(_DIGITS[part]) for part in parts))
    total = section = Decimal(0)
    digit: Decimal | None = None
    unit = 0
    for part in parts:
        if part not in _UNITS:
            if digit and part not in "零〇":
                return None
            # After 零 the last digit counts ones: 一百零五.
            unit = 0 if part in "零〇" else unit
            digit = Decimal(part) if part not in _DIGITS else Decimal(_DIGITS[part])
            continue
        previous, unit = unit, _UNITS[part]
        if unit >= 10_000:
            total = (total + section + (digit or 0)) * unit
            section = Decimal(0)
        elif digit is None and previous:
            return None
        else:
            section += (1 if digit is None else digit) * unit
        digit = None
    # 三百五 is 350, 一千二 is 1200, 1万2 is 12000; but 二十五 is 25.
    last = (digit or 0) * (unit // 10 if unit >= 100 else 1)
    return total + section + last
