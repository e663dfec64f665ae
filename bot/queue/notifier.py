"""Live events inside one process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

BACKLOG = 256
"""Events kept for a page that reads slowly; the oldest are dropped, since pages resume by ``seq``."""

Event = Mapping[str, Any]


class InProcessNotifier:
    """``ports.Notifier`` for one process and one event loop."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[asyncio.Queue[Event]]] = defaultdict(set)

    async def publish(self, topic: str, event: Event) -> None:
        for queue in self._subscribers.get(topic, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[Event]]:
        """Events published from here on; they wait in the subscription until they are read."""
        queue: asyncio.Queue[Event] = asyncio.Queue(BACKLOG)
        self._subscribers[topic].add(queue)
        try:
            yield _events(queue)
        finally:
            self._subscribers[topic].discard(queue)
            if not self._subscribers[topic]:
                del self._subscribers[topic]


async def _events(queue: asyncio.Queue[Event]) -> AsyncIterator[Event]:
    while True:
        yield await queue.get()
