"""When people answer. Pure: a moment in, "open" or the next opening out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LOOK_AHEAD = 400
"""Days; a shop that opens later than that has closed for good."""

Stretch = tuple[int, int]
"""Minutes of the day, from – to; 1440 is midnight at its end."""


@dataclass(frozen=True)
class OpeningHours:
    """``week``: stretches of each weekday by number, Monday 0. ``days``: dates that differ; an empty one is closed."""

    zone: tzinfo = timezone.utc
    week: Mapping[int, tuple[Stretch, ...]] = field(default_factory=lambda: dict.fromkeys(range(7), ((0, 1440),)))
    days: Mapping[date, tuple[Stretch, ...]] = field(default_factory=dict)

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self._stretches(local.date()))

    def opens(self, at: datetime) -> datetime | None:
        """The next opening after a moment at which it is closed; None when it is open, or never opens again."""
        if self.is_open(at):
            return None
        return next((opening for opening in self._openings(at.astimezone(self.zone).date()) if opening > at), None)

    def _openings(self, day: date) -> Iterator[datetime]:
        for ahead in range(_LOOK_AHEAD):
            today = day + timedelta(days=ahead)
            for start, _ in sorted(self._stretches(today)):
                yield datetime.combine(today, time(start // 60, start % 60), self.zone)

    def _stretches(self, day: date) -> tuple[Stretch, ...]:
        found = self.days.get(day)
        return self.week.get(day.weekday(), ()) if found is None else found


ALWAYS = OpeningHours()
