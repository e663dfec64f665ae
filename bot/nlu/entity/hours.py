"""Times of day in both languages: 8点半, 下午3点到5点, 20:00, 8 pm, half past nine, tomorrow *afternoon*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.entity.numerals import IN_WORDS, whole
from bot.nlu.entity.when import Hours

NOON, MIDNIGHT = 12 * 60, 24 * 60


@dataclass(frozen=True)
class Part:
    """A part of the day; ``after_noon``: its clock hours below twelve are afternoon hours."""

    hours: Hours
    after_noon: bool


_MORNING = Part(Hours(6 * 60, NOON), False)
_PARTS = {
    Part(Hours(0, 6 * 60), False): ("凌晨", "半夜", "early morning"),
    _MORNING: ("清晨", "早晨", "早上", "早间", "上午", "早", "晨", "morning", "in the morning"),
    Part(Hours(11 * 60, 13 * 60), True): ("中午", "正午", "午间", "lunchtime"),
    Part(Hours(NOON, 18 * 60), True): ("下午", "午后", "afternoon", "in the afternoon"),
    Part(Hours(17 * 60, 19 * 60), True): ("傍晚",),
    Part(Hours(18 * 60, MIDNIGHT), True): (
        "晚上",
        "晚间",
        "夜里",
        "夜间",
        "夜晚",
        "晚",
        "evening",
        "night",
        "in the evening",
        "at night",
    ),
}
PART_OF = {name: part for part, names in _PARTS.items() for name in names}
EVENING, MIDDAY, SMALL_HOURS = PART_OF["晚上"], PART_OF["中午"], PART_OF["半夜"]

_HAN_PART = (
    r"凌晨|半夜|清晨|早晨|早上(?!好)|早间|上午|中午(?!好)|正午|午间|下午(?!好|茶)|午后|傍晚|晚上(?!好)|晚间|夜里|夜间|夜晚"
    r"|(?<=[今明昨天日号])[早晚晨](?!一?点(?![钟半])|报|饭|餐|会)"
)
_PART = re.compile(
    rf"{_HAN_PART}|(?<![a-z])(?<!good )"
    r"(?:early morning|(?:in the )?(?:morning|afternoon|evening)|(?:at )?night|lunchtime)(?![a-z])"
)

_HOUR = r"(?:[01]?\d|2[0-4]|[一二三四五六七八九十两]{1,3})"
_MINUTE = r"(?:[0-5]?\d|[零一二三四五]?十?[一二三四五六七八九十])"
_NO_CLOCK = "(?![建意要问原优缺说不]|来钟|[滴钟]?的?(?:建议|问题))"
_HAN_CLOCK = (
    rf"(?P<hour>{_HOUR})(?:点钟?|时(?![候间尚段])){_NO_CLOCK}"
    rf"(?:(?P<half>半(?!价))|(?P<quarters>[一三])刻|(?P<minute>{_MINUTE})分?(?![\d个件天元块])|整)?"
)
_HAN_RANGE = re.compile(
    r"(?<![\d:第两一二三四五六七八九十])(?<!\d\.)"
    rf"(?P<from>{_HOUR})(?:[点时](?P<from_half>半)?)? ?(?:到|至|-|~) ?{_HAN_CLOCK}",
    re.ASCII,
)
_HAN = re.compile(rf"(?<![\d:第一二三四五六七八九十几小])(?<!\d\.){_HAN_CLOCK}", re.ASCII)
# 一点 is mostly "a bit": in Chinese numerals an hour needs company, or a sign that it is one.
_SURE = re.compile(r"[\d半刻钟整]|十")
_A_BIT = re.compile(r"[早晚快慢差多少大小有好]$")
_SURE_AFTER = re.compile(r"(?:之前|以前|前|之后|以后|后|左右|准时|能到|送|到(?!位))")
_HALF_DAY = r" ?(?P<half_day>[ap])\.?m(?![a-z])\.?"
_FIGURES = re.compile(
    r"(?:(?<![\d:$€£¥a-z-])(?<!\d[.,])|(?<=\dt))"
    r"(?:(?P<from>[01]?\d|2[0-4])(?::(?P<from_minute>[0-5]\d))?(?: ?(?P<from_half_day>[ap])\.?m(?![a-z])\.?)?"
    r" ?(?:-|~|to|and|until|till|到|至) ?)?"
    r"(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d)(?::[0-5]\d)?)?"
    # A bare number is an hour only with one of these.
    rf"(?:{_HALF_DAY}|(?<=:\d\d)(?![\d:]|\.\d))",
    re.ASCII,
)
_O_CLOCK = re.compile(rf"(?<![a-z\d:])(?<!\d\.)(?P<hour>1?\d|{IN_WORDS}) ?o'?clock(?![a-z])", re.ASCII)
_PAST = re.compile(
    r"(?<![a-z])(?P<part>(?:a )?quarter|half(?= past)|(?<=at )(?:5|10|20|25)|five|ten|twenty) (?P<side>past|to) "
    rf"(?P<hour>1?\d|{IN_WORDS})(?: ?(?P<half_day>[ap])\.?m)?(?![a-z\d])",
    re.ASCII,
)
_AT = re.compile(
    r"(?<![a-z])(?:(?P<sure>at|before|after)|by|around|about) (?P<it>(?P<hour>1?\d))(?![\d.,:%]| ?[a-z]{3}|\d)",
    re.ASCII,
)
_ENDS = re.compile(r" ?(?:$|[.,!?;])")
_NAMED = re.compile(r"(?<![a-z])(?:(?P<noon>noon|midday)|midnight)(?![a-z])|(?P<han>中午|正午)(?=前|之前)|零点|午夜")


@dataclass(frozen=True)
class Clock:
    """A time, or a span of times. ``open``: it was said without telling which half of the day."""

    start: int
    end: int
    hours: Hours
    open: bool
    sure: bool = True


def parts(clean: str) -> Iterator[tuple[int, int, Part]]:
    for match in _PART.finditer(clean):
        yield match.start(), match.end(), PART_OF[match.group().removeprefix("at ")]


def clocks(clean: str) -> Iterator[Clock]:
    for match in _HAN_RANGE.finditer(clean):
        yield from _han_range(match)
    for match in _HAN.finditer(clean):
        yield from _han(match)
    for match in _FIGURES.finditer(clean):
        yield from _figures(match)
    for pattern in (_O_CLOCK, _AT):
        for match in pattern.finditer(clean):
            hour = whole(match["hour"])
            if hour and hour <= 12:
                start, end = match.span("it") if pattern is _AT else match.span()
                # "It dropped by 5" tells no hour.
                sure = pattern is _O_CLOCK or bool(_ENDS.match(clean, end) and match["sure"])
                yield Clock(start, end, Hours(hour * 60), True, sure)
    for match in _PAST.finditer(clean):
        yield from _past(match)
    for match in _NAMED.finditer(clean):
        yield Clock(*match.span(), Hours(NOON if match["noon"] or match["han"] else 0), False)


def on_the_clock(hours: Hours | None, part: Part | None, is_open: bool) -> Hours | None:
    """The hours of a whole day's clock that hours of half a day's, a part of the day, or both together mean."""
    if hours is None:
        return part.hours if part else None
    if not is_open:
        return hours
    if part is None:
        # Nobody is called, or served, at three in the night.
        return _in_afternoon(hours) if 60 <= hours.first < 7 * 60 else hours
    if part is EVENING and hours == Hours(NOON):
        return Hours(MIDNIGHT)
    if part is SMALL_HOURS and hours.first >= NOON:
        return Hours(hours.first - NOON)
    if part is SMALL_HOURS:
        # 半夜十一点 is before midnight.
        return _in_afternoon(hours) if hours.first >= 9 * 60 else hours
    # 中午11点半 is before noon.
    return _in_afternoon(hours) if part.after_noon and not (part is MIDDAY and hours.first >= 11 * 60) else hours


def _in_afternoon(hours: Hours) -> Hours:
    """The same figures of the other half of the day."""
    last = None if hours.last is None else hours.last + (NOON if hours.last < NOON else 0)
    return Hours(hours.first + (NOON if hours.first < NOON else 0), last)


def _minutes(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    if match["quarters"]:
        return 15 if match["quarters"] == "一" else 45
    return whole(match["minute"]) or 0 if match["minute"] else 0


def _han(match: re.Match[str]) -> Iterator[Clock]:
    hour = whole(match["hour"])
    a_bit = match["hour"] == "一" and _A_BIT.search(match.string, max(0, match.start() - 16), match.start())
    if hour is not None and hour <= 24 and not a_bit:
        sure = _SURE.search(match.group()) or _SURE_AFTER.match(match.string, match.end())
        yield Clock(*match.span(), Hours(hour * 60 + _minutes(match)), 0 < hour <= 12, bool(sure))


def _han_range(match: re.Match[str]) -> Iterator[Clock]:
    first, last = whole(match["from"]), whole(match["hour"])
    if first is not None and last is not None and first < last <= 24:
        hours = Hours(first * 60 + (30 if match["from_half"] else 0), last * 60 + _minutes(match))
        yield Clock(*match.span(), hours, 0 < last <= 12)


def _figures(match: re.Match[str]) -> Iterator[Clock]:
    half_day = match["half_day"]
    last = _in_half(int(match["hour"]) * 60 + int(match["minute"] or 0), half_day)
    if last > MIDNIGHT or (half_day and int(match["hour"]) > 12):
        return
    if match["from"] is None:
        yield Clock(*match.span(), Hours(last), half_day is None and 60 <= last < NOON)
        return
    first = _in_half(int(match["from"]) * 60 + int(match["from_minute"] or 0), match["from_half_day"] or half_day)
    if first > last and match["from_half_day"] is None:
        first -= NOON
    if 0 <= first < last:
        yield Clock(*match.span(), Hours(first, last), half_day is None and last <= NOON)


def _in_half(minutes: int, half_day: str | None) -> int:
    if half_day == "p" and minutes < NOON:
        return minutes + NOON
    return minutes - NOON if half_day == "a" and NOON <= minutes < NOON + 60 else minutes


def _past(match: re.Match[str]) -> Iterator[Clock]:
    hour = whole(match["hour"])
    told = {"half": 30, "quarter": 15, "a quarter": 15}.get(match["part"]) or whole(match["part"]) or 0
    if hour and hour <= 12 and told < 60:
        minutes = hour * 60 + (told if match["side"] == "past" else -told)
        yield Clock(*match.span(), Hours(_in_half(minutes, match["half_day"])), match["half_day"] is None)
