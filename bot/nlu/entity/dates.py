"""Dates and times in both languages, resolved against a clock.

Values are ISO 8601: ``2026-11-21``, ``2026-11-21T20:00+08:00``, spans as ``start/end`` with both days counted in, open
ones as ``../end`` and ``start/..``. An hour without a day stays one: ``15:00``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.nlu.entity.found import Entity
from bot.nlu.entity.hours import on_the_clock
from bot.nlu.entity.pieces import Piece, pieces
from bot.nlu.entity.when import Days, Hours

_TO = re.compile(r"到|至| [到至] | ?[-~] ?| (?:to|until|till|through|(?P<between>and)) ")
_BETWEEN = re.compile(r"between (?:the )?$")
_BOUND_AFTER = re.compile(
    r"(?:当天|那天)?(?:(?P<before>(?:之|以)?前)(?![台面几往后端所期])"
    r"|(?P<after>(?:之|以|过)?后)(?![悔面续台来天备期半])|(?P<since>起|开始|以来|至今|到现在))"
)
_BY_BEFORE = re.compile(r"(?:截止到?|截至|最晚|最迟|不晚于)$")
_BOUND_BEFORE = re.compile(
    r"(?<![a-z])(?:(?P<before>before|prior to)|(?P<by>by|until|till|no later than)|(?P<after>after)"
    r"|(?P<since>since|starting(?: from| on)?)) (?:the )?$"
)
# The end of a month is over when the month is: 月底前.
_ENDS_WITH_ITSELF = re.compile(r"[底末]$")


@dataclass(frozen=True)
class Span:
    """Words with what they mean: days, moments, or hours of an unknown day; exactly one of the three."""

    start: int
    end: int
    days: Days | None = None
    moments: tuple[datetime, datetime] | None = None
    hours: Hours | None = None
    free: date | None = None
    """The first day after a holiday."""


def dates(clean: str, now: datetime) -> Iterator[Entity]:
    """``date`` and ``time`` entities. ``now``: aware, in the shop's zone."""
    spans = [span for piece in pieces(clean, now) if (span := _span(piece, now))]
    for span in _ranges(clean, spans, now):
        yield _entity(clean, span)


def _span(piece: Piece, now: datetime) -> Span | None:
    start, end = piece.start, piece.end
    if piece.moments:
        return Span(start, end, moments=piece.moments)
    hours = on_the_clock(piece.hours, piece.part, piece.open)
    if piece.days is None:
        # A part of the day alone ("evening") tells no time.
        told = piece.hours is not None and (piece.sure or piece.part)
        return Span(start, end, hours=hours) if told else None
    first, last = piece.days
    if first != last or hours is None:
        return Span(start, end, days=piece.days, free=piece.free)
    return Span(start, end, moments=hours.on(first, now))


def _ranges(clean: str, spans: list[Span], now: datetime) -> list[Span]:
    """Joins what 到, "to" or a dash stands between."""
    joined: list[Span] = []
    for span in spans:
        both = _range(clean, joined[-1], span, now) if joined else None
        if both:
            joined[-1] = both
        else:
            joined.append(span)
    return joined


def _range(clean: str, before: Span, span: Span, now: datetime) -> Span | None:
    sign = _TO.fullmatch(clean, before.end, span.start)
    if not sign or (sign["between"] and not _BETWEEN.search(clean, max(0, before.start - 16), before.start)):
        return None
    both = Span(before.start, span.end)
    if before.days and span.days:
        first, last = before.days[0], span.days[1]
        # "Monday to Friday" said on a Wednesday.
        last += timedelta(days=7 if last < first else 0)
        return replace(both, days=(first, last)) if first < last else None
    if before.hours and span.hours:
        return replace(both, hours=Hours(before.hours.first, span.hours.end))
    if before.moments and span.hours:
        end = Hours(span.hours.end).on(before.moments[0].date(), now)[0]
        return replace(both, moments=(before.moments[0], end)) if before.moments[0] < end else None
    if before.hours and span.moments:
        start = before.hours.on(span.moments[1].date(), now)[0]
        return replace(both, moments=(start, span.moments[1])) if start < span.moments[1] else None
    if before.moments and span.moments and before.moments[0] < span.moments[1]:
        return replace(both, moments=(before.moments[0], span.moments[1]))
    return None


def _entity(clean: str, span: Span) -> Entity:
    bound, start, end = _bound(clean, span)
    # What lies before it, its beginning, its end, what lies after it.
    before, first, last, after = _edges(span)
    values = {"before": f"../{before}", "by": f"../{last}", "after": f"{after}/..", "since": f"{first}/.."}
    plain = first if first == last else f"{first}/{last}"
    return Entity("date" if span.days else "time", values.get(bound, plain), start, end)


def _bound(clean: str, span: Span) -> tuple[str, int, int]:
    """before, by, after, since or nothing; and the place with that word."""
    after = _BOUND_AFTER.match(clean, span.end)
    if after:
        at_its_end = after.lastgroup == "before" and _ENDS_WITH_ITSELF.search(clean, span.start, span.end)
        return "by" if at_its_end else str(after.lastgroup), span.start, after.end()
    before = _BOUND_BEFORE.search(clean, max(0, span.start - 24), span.start)
    if before:
        return str(before.lastgroup), before.start(), span.end
    by = _BY_BEFORE.search(clean, max(0, span.start - 4), span.start)
    return ("by", by.start(), span.end) if by else ("", span.start, span.end)


def _edges(span: Span) -> tuple[str, str, str, str]:
    if span.days:
        first, last = span.days
        following = span.free or last + timedelta(days=1)
        return tuple(day.isoformat() for day in (first - timedelta(days=1), first, last, following))  # type: ignore[return-value]
    if span.moments:
        start, end = (moment.isoformat(timespec="minutes") for moment in span.moments)
    else:
        assert span.hours is not None
        start, end = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (span.hours.first, span.hours.end))
    return start, start, end, end
