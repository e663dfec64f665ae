"""Words that tell a day, an hour or a part of the day, found in a message and joined where they belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.nlu.entity import days_en, days_numeric, days_zh, festivals
from bot.nlu.entity.hours import EVENING, Part, clocks, parts
from bot.nlu.entity.moments import moments
from bot.nlu.entity.when import Days, Hours, Meaning, Rule, When, tense_at

# Cheap to ask first, since most messages tell no day.
_MIGHT_BE_CHINESE = re.compile("[天日儿周月年号旬昨今明内前后]|星期|礼拜")
_MIGHT_BE_ENGLISH = re.compile(
    "day|week|month|year|tonight|tom+or+ow|tm[rw]|night|morning|noon|evening|wed|thu|sat|sun|mon|tue|fri"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d(?:st|nd|rd|th)"
)
_DIGIT = re.compile(r"\d", re.ASCII)
_BETWEEN = re.compile(r"(?:[ ,的t]|at|on|in the|about|around|大概|大约|约|左右|前后)*")
_LONGEST_GAP = 12


@dataclass(frozen=True)
class Piece:
    """``free``: the first day after a holiday. ``open``: the half of the day is not told. ``sure``: surely an hour."""

    start: int
    end: int
    days: Days | None = None
    hours: Hours | None = None
    part: Part | None = None
    moments: tuple[datetime, datetime] | None = None
    open: bool = False
    sure: bool = True
    free: date | None = None


def pieces(clean: str, now: datetime) -> list[Piece]:
    """From left to right, joined, none overlapping. ``now``: aware, in the shop's zone."""
    return _joined(clean, _longest([*_days(clean, now), *_named_days(clean, now), *_hours(clean, now)]))


def _days(clean: str, now: datetime) -> Iterator[Piece]:
    rules: list[Rule] = []
    if _MIGHT_BE_CHINESE.search(clean):
        rules += days_zh.RULES
    if _MIGHT_BE_ENGLISH.search(clean):
        rules += days_en.RULES
    if _DIGIT.search(clean):
        rules += days_numeric.RULES
    for pattern, meaning in rules:
        for match in pattern.finditer(clean):
            # Some rules need words around the day to be sure of it.
            start, end = match.span("it" if "it" in pattern.groupindex else 0)
            days = _meant(meaning, match, now) if start < end else None
            if days:
                yield Piece(start, end, days, part=EVENING if match.group() == "tonight" else None)


def _named_days(clean: str, now: datetime) -> Iterator[Piece]:
    for match in festivals.PATTERN.finditer(clean):
        days = _meant(festivals.festival, match, now)
        if days:
            free = festivals.holiday_end(match, days) + timedelta(days=1)
            yield Piece(*match.span(), days, free=free)


def _meant(meaning: Meaning, match: re.Match[str], now: datetime) -> Days | None:
    try:
        return meaning(match, When(now, tense_at(match.string, match.start())))
    except (OverflowError, ValueError):
        # A day that no calendar has.
        return None


def _hours(clean: str, now: datetime) -> Iterator[Piece]:
    for start, end, part in parts(clean):
        yield Piece(start, end, part=part)
    for clock in clocks(clean):
        yield Piece(clock.start, clock.end, hours=clock.hours, open=clock.open, sure=clock.sure)
    for start, end, first, last in moments(clean, now):
        yield Piece(start, end, moments=(first, last))


def _longest(found: Iterable[Piece]) -> list[Piece]:
    """From left to right; of those that begin at one place, the longest."""
    kept: list[Piece] = []
    for piece in sorted(found, key=lambda piece: (piece.start, -piece.end)):
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _joined(clean: str, found: list[Piece]) -> list[Piece]:
    groups: list[Piece] = []
    for piece in found:
        before = groups[-1] if groups else None
        if before and _belong_together(clean, before, piece):
            groups[-1] = replace(
                before,
                end=piece.end,
                days=before.days or piece.days,
                hours=before.hours or piece.hours,
                part=before.part or piece.part,
                open=before.open or piece.open,
                sure=True,
                free=None,
            )
        else:
            groups.append(piece)
    return groups


def _belong_together(clean: str, before: Piece, piece: Piece) -> bool:
    if before.moments or piece.moments or piece.start - before.end > _LONGEST_GAP:
        return False
    if (before.days and piece.days) or (before.hours and piece.hours):
        return False
    # "tonight" tells the evening already.
    if before.part and piece.part and before.part != piece.part:
        return False
    return bool(_BETWEEN.fullmatch(clean, before.end, piece.start))
