"""Counting, for each key: attempts in so many seconds, and what is open at once. Kept in memory, per process."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager

_MOST_KEYS = 20_000


class AttemptLimit:
    """A sliding window of ``limit`` attempts per ``seconds``; a limit of 0 lets everything pass."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._attempts: dict[Hashable, deque[float]] = {}
        self._sweep_at = _MOST_KEYS

    def attempt(self, key: Hashable) -> float:
        """Count one attempt; 0.0 when it is allowed, else the seconds to wait (a refused attempt is not counted)."""
        if self._limit == 0:
            return 0.0
        now = self._clock()
        times = self._attempts.setdefault(key, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._limit:
            return times[0] + self._seconds - now
        times.append(now)
        if len(self._attempts) > self._sweep_at:
            self._forget_idle(now)
        return 0.0

    def forget(self, key: Hashable) -> None:
        """Start anew for this key: its owner proved to be honest."""
        self._attempts.pop(key, None)

    def _forget_idle(self, now: float) -> None:
        idle = [key for key, times in self._attempts.items() if not times or times[-1] <= now - self._seconds]
        for key in idle:
            del self._attempts[key]
        # When all are in use, the next sweep waits until there are twice as many: sweeping stays cheap on average.
        self._sweep_at = max(_MOST_KEYS, 2 * len(self._attempts))


class AtOnce:
    """How many places each key holds at this moment."""

    def __init__(self) -> None:
        self._held: Counter[Hashable] = Counter()

    @contextmanager
    def place(self, caps: Mapping[Hashable, int]) -> Iterator[bool]:
        """One place of every key; False, and none is taken, where one holds as many as its cap. A cap of 0 is none."""
        if any(0 < most <= self._held[key] for key, most in caps.items()):
            yield False
            return
        self._held.update(caps.keys())
        try:
            yield True
        finally:
            self._held.subtract(caps.keys())
            for key in caps:
                if not self._held[key]:
                    del self._held[key]
