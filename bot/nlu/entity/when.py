"""Days and hours as the shop's clock shows them: small arithmetic, and ISO 8601 as the normal form."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Days = tuple[date, date]
"""First and last day; both the same for one day."""

# How long ago an order can be that somebody asks about by its date.
RECENT = 60

# Which way a customer looks who names a day without saying of which week or year; WISH: asks for something, so ahead
# rather than back.
PAST, FUTURE, WISH = -1, 1, 2
_CLAUSE_END = ",.!?;。、"
_LONGEST_CLAUSE = 80
_DONE = re.compile(
    r"下[的了]单|下单了|[买拍订付寄退发到签换收]的|收到的|申请的|买了|拍了|下了|订了|付了|寄了|退了|到现在|至今|以来"
    r"|(?<![a-z])(?<!be )(?:ordered|bought|purchased|placed|paid|received|arrived|came|got|was|were|did|sent|said|told"
    r"|submitted|requested|returned|called|contacted|promised|died|failed|broke|stopped|started|happened|since"
    r"|(?:i|we|you|they|he|she) (?!need|want)[a-z]{3,12}ed)(?![a-z])",
    re.ASCII,
)
_TO_COME = re.compile(
    r"能|会|可以|将|打算|准备|希望|预计|什么时候|何时"
    r"|(?<![a-z])(?:will|can|could|would|should|shall|going|when)(?![a-z])|'ll(?![a-z])",
    re.ASCII,
)
_WISHED = re.compile(
    r"前(?![台天面])|请|麻烦|方便|安排|截[止至]|(?<![a-z])(?:want|need|please|pls|may|must|be|by|before|until|till)(?![a-z])",
    re.ASCII,
)
_OVER = re.compile(
    r"了|就|已经|过|还没|不是说|(?<![a-z])(?:shipped|delivered|still|already|have|has|had)(?![a-z])", re.ASCII
)


Meaning = Callable[[re.Match[str], "When"], Days | None]
"""What a match means; None where it means no day after all (31 June)."""

Rule = tuple[re.Pattern[str], Meaning]


@dataclass(frozen=True)
class When:
    """``now`` is aware and in the shop's zone; ``tense`` PAST, FUTURE, WISH, or 0 where the words around tell none."""

    now: datetime
    tense: int = 0

    @property
    def today(self) -> date:
        return self.now.date()

    def day(self, offset: int) -> Days:
        one = self.today + timedelta(days=offset)
        return one, one

    def week(self, offset: int) -> Days:
        """Monday to Sunday; 0 is this week."""
        monday = self.today + timedelta(days=7 * offset - self.today.weekday())
        return monday, monday + timedelta(days=6)

    def month(self, offset: int) -> Days:
        return month_of(*shift(self.today.year, self.today.month, offset))

    def year(self, offset: int) -> Days:
        year = self.today.year + offset
        return date(year, 1, 1), date(year, 12, 31)

    def weekday(self, day: int, week: int) -> Days:
        """``day`` 0 (Monday) … 6."""
        one = self.week(week)[0] + timedelta(days=day)
        return one, one

    def choose(self, candidates: list[Days], recent: int = 0) -> Days | None:
        """Of the same day in several years (months, weeks): the last one, the next one, or the nearest.

        ``recent``: one so many days ago is meant even by who looks ahead ("can I get an invoice for 3 November").
        """
        past = [days for days in candidates if days[0] <= self.today]
        future = [days for days in candidates if days[1] >= self.today]
        lately = [days for days in past if days[0] >= self.today - timedelta(days=recent)]
        weekly = len(candidates) > 1 and candidates[1][0] - candidates[0][0] < timedelta(days=60)
        if self.tense == PAST and past:
            return max(past)
        if future and not (lately and recent) and (self.tense == FUTURE or (self.tense == WISH and weekly)):
            return min(future)
        return min(candidates, key=lambda days: abs((days[0] - self.today).days), default=None)


def tense_at(clean: str, place: int) -> int:
    """What the clause around this place tells: bought, received → PAST; will, can, 能 → FUTURE."""
    least, most = max(0, place - _LONGEST_CLAUSE), place + _LONGEST_CLAUSE
    start = max(least - 1, *(clean.rfind(sign, least, place) for sign in _CLAUSE_END)) + 1
    ends = [end for sign in _CLAUSE_END if (end := clean.find(sign, place, most)) >= 0]
    clause = clean[start : min(ends, default=most)]
    if _DONE.search(clause):
        return PAST
    if _TO_COME.search(clause):
        return FUTURE
    if _WISHED.search(clause):
        return WISH
    return PAST if _OVER.search(clause) else 0


def one_day(year: int, month: int, day: int) -> Days | None:
    """None for the 31st of June."""
    try:
        one = date(year, month, day)
    except ValueError:
        return None
    return one, one


def month_of(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def shift(year: int, month: int, by: int) -> tuple[int, int]:
    """The month so many months later."""
    months = year * 12 + month - 1 + by
    return months // 12, months % 12 + 1


def months_later(day: date, by: int) -> date:
    """The same day of another month, or its last one."""
    first, last = month_of(*shift(day.year, day.month, by))
    return first.replace(day=min(day.day, last.day))


def part_of_month(days: Days, part: str) -> Days:
    """``part``: first, middle, last: its ten days."""
    start, end = {"first": (1, 10), "middle": (11, 20), "last": (21, days[1].day)}[part]
    return days[0].replace(day=start), days[0].replace(day=end)


@dataclass(frozen=True)
class Hours:
    """Minutes of the day; ``last`` is None for one moment. 1440 is the midnight that ends the day."""

    first: int
    last: int | None = None

    @property
    def end(self) -> int:
        return self.first if self.last is None else self.last

    def on(self, day: date, now: datetime) -> tuple[datetime, datetime]:
        return _at(day, self.first, now), _at(day, self.end, now)


def _at(day: date, minutes: int, now: datetime) -> datetime:
    return datetime.combine(day + timedelta(days=minutes // 1440), time(minutes % 1440 // 60, minutes % 60), now.tzinfo)
