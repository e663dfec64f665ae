"""A circuit breaker: a system that is down is not asked again and again, while every customer waits for the time-out.

Our own, since pybreaker knows asyncio only through Tornado.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class CircuitOpen(Exception):
    """Not asked: too many failures in a row a moment ago."""


class Circuit:
    """Opens after ``failures`` in a row. After ``seconds`` one caller may try (half-open); its outcome decides."""

    def __init__(self, failures: int = 5, seconds: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._closed_again_at = 0.0

    @property
    def open(self) -> bool:
        """Whether a caller would be refused now."""
        return self._failures >= self._most and self._clock() < self._closed_again_at

    def enter(self) -> None:
        """Before asking; raises CircuitOpen."""
        if self.open:
            raise CircuitOpen
        if self._failures >= self._most:
            # Half-open: whoever comes while this one tries is refused.
            self._closed_again_at = self._clock() + self._seconds

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._most:
            self._closed_again_at = self._clock() + self._seconds
