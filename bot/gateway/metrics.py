"""Numbers for Prometheus, one registry an application, so that tests and processes do not share counts."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.messages import Accepted, Incoming, Language, Owner, StoredMessage
from bot.ports import Store, TurnRecord

_HANDLING_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300)


class Metrics:
    """All names begin with ``kefu_``; times are seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "kefu_http_requests", "Requests by route and status.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "kefu_http_request_seconds", "From the request to its answer.", ["route"], registry=self.registry
        )
        self.streams = Gauge("kefu_open_streams", "Open WebSockets of this process.", registry=self.registry)
        self.accepted = Counter(
            "kefu_messages_accepted",
            "Customers' messages stored, duplicates left out.",
            ["channel"],
            registry=self.registry,
        )
        self.turns = Counter("kefu_turns", "Customers' messages handled.", ["outcome"], registry=self.registry)
        self.handling_seconds = Histogram(
            "kefu_handling_seconds",
            "From storing a customer's message to recording what came of it.",
            buckets=_HANDLING_BUCKETS,
            registry=self.registry,
        )
        self.handoffs = Counter("kefu_handoffs", "Hand-overs to a human by rule.", ["rule"], registry=self.registry)
        self.waiting = Gauge(
            "kefu_waiting_conversations", "Conversations waiting for an agent.", registry=self.registry
        )
        self.undelivered = Gauge("kefu_undelivered_messages", "Outgoing messages not sent yet.", registry=self.registry)
        self.ready = Gauge("kefu_ready", "1 when the brain answers.", registry=self.registry)

    def render(self) -> bytes:
        return generate_latest(self.registry)


class _MeteredStore:
    """Counts what passes the two methods every message passes; all else goes to the store untouched."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def accept(self, incoming: Incoming, *, language: Language = "zh") -> Accepted:
        accepted = await self._store.accept(incoming, language=language)
        if not accepted.duplicate:
            self._metrics.accepted.labels(incoming.channel).inc()
        return accepted

    async def record_turn(self, record: TurnRecord) -> list[StoredMessage]:
        written = await self._store.record_turn(record)
        seconds = (datetime.now(timezone.utc) - record.message.created_at).total_seconds()
        self._metrics.handling_seconds.observe(max(0.0, seconds))
        self._metrics.turns.labels(_outcome(record)).inc()
        if record.handoff is not None:
            self._metrics.handoffs.labels(record.handoff.rule).inc()
        return written


def metered(store: Store, metrics: Metrics) -> Store:
    """The same store, counting accepted messages, turns, handling time and hand-overs on the way."""
    return cast(Store, _MeteredStore(store, metrics))


def _outcome(record: TurnRecord) -> str:
    if record.new_owner is Owner.WAITING:
        return "handed_over"
    if not record.drafts:
        return "no_reply"
    return "answered"
