"""Hours and minutes from now: 两小时前, 半小时后, 24小时内, two hours ago, in 10 minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.nlu.entity.numerals import IN_WORDS, whole

_HAN = re.compile(
    r"(?<![\d零一二两三四五六七八九十百半])(?<!\d\.)(?P<count>\d{1,3}|[一二两三四五六七八九十百]{1,4}|半)(?P<half>个半)?(?:个?(?P<hours>小时|钟头)|分钟)"
    r"(?:多|左右)?(?:之|以)?(?P<side>前|后|内)(?![台面悔续]|,? ?(?:可以?|都可|能)?(?:无理由|退|换))",
    re.ASCII,
)
_COUNT = rf"(?P<count>\d{{1,3}}|{IN_WORDS}|an?|half an|a couple of)"
_UNIT = r"(?:(?P<hours>hours?|hrs?)|minutes?|mins?)"
_ENGLISH = re.compile(
    rf"(?<![a-z\d])(?<!\d[.,])(?:(?P<side>in|within) (?:the next )?)?{_COUNT} {_UNIT}(?P<ago> ago)?"
    r"(?![a-z]| (?:of|from|after))",
    re.ASCII,
)
_IN_WORDS = {"half an": 0.5, "半": 0.5, "a couple of": 2.0, "a": 1.0, "an": 1.0}

Moment = tuple[int, int, datetime, datetime]
"""Start and end in the text, first and last moment."""


def moments(clean: str, now: datetime) -> Iterator[Moment]:
    for match in _HAN.finditer(clean):
        yield from _moment(match, match["count"], bool(match["hours"]), match["side"], now)
    for match in _ENGLISH.finditer(clean):
        side = "前" if match["ago"] else {"in": "后", "within": "内"}.get(match["side"])
        # "2 hours" alone is how long, not when.
        if side:
            yield from _moment(match, match["count"], bool(match["hours"]), side, now)


def _moment(match: re.Match[str], count: str, hours: bool, side: str, now: datetime) -> Iterator[Moment]:
    number = _IN_WORDS.get(count) or whole(count)
    if not number:
        return
    number += 0.5 if match.groupdict().get("half") else 0
    distance = timedelta(hours=number) if hours else timedelta(minutes=number)
    if side == "内":
        yield *match.span(), now, now + distance
    else:
        moment = now - distance if side == "前" else now + distance
        yield *match.span(), moment, moment
