"""Where Rasa keeps its dialogue state: ``rasa.db`` under KEFU_HOME, or the schema ``rasa`` of our PostgreSQL.

The table is that of Rasa's own SQL store, so its tools read it too. The difference lies in the way: plain
statements instead of an ORM, a session found by an index instead of reading the whole conversation, and a
failing database raises (Rasa's default wrapper would carry on with an empty memory, and answer a message twice).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL

from actions.records.database import connection_limits, driver_url
from bot.stores.prepared import Prepared

POSTGRES_SCHEMA = "rasa"
_EVENTS = SQLTrackerStore.SQLEvent.__table__


class BrainTrackerStore(TrackerStore):
    """Dialogue state over an engine of ours; call ``close`` when done. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(None)
        self.engine = engine
        _EVENTS.metadata.create_all(engine, tables=[_EVENTS])
        _add_index(engine)

    def close(self) -> None:
        self.engine.dispose()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The latest session; None for an unknown conversation."""
        return self._tracker(sender_id, _LATEST_SESSION)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of a conversation."""
        return self._tracker(conversation_id, _ALL_SESSIONS)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the events that are not stored yet."""
        with self.engine.begin() as connection:
            stored = _COUNT_STORED(connection, of_sender=tracker.sender_id).scalar_one()
            rows = [_row(tracker.sender_id, event) for event in list(tracker.events)[stored:]]
            if rows:
                connection.execute(_EVENTS.insert(), rows)

    async def keys(self) -> Iterable[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select(_EVENTS.c.sender_id).distinct()).scalars())

    def _tracker(self, sender_id: str, events: Prepared) -> DialogueStateTracker | None:
        with self.engine.connect() as connection:
            found: Sequence[str] = events(connection, of_sender=sender_id).scalars().all()
        if not found:
            return None
        return DialogueStateTracker.from_dict(sender_id, [json.loads(data) for data in found], self.domain.slots)


def open_tracker_store(home: Path, database_url: str) -> BrainTrackerStore:
    """The store that belongs to the operator's ``KEFU_DATABASE_URL``."""
    url = driver_url(database_url)
    if url.get_backend_name() == "postgresql":
        return BrainTrackerStore(_postgres(url))
    home.mkdir(parents=True, exist_ok=True)
    return BrainTrackerStore(_sqlite(home / "rasa.db"))


_OF_SENDER = _EVENTS.c.sender_id == sa.bindparam("of_sender")
# By id where Rasa goes by time: a clock may be set back.
_SESSION_START = (
    sa.select(sa.func.max(_EVENTS.c.id))
    .where(_OF_SENDER, _EVENTS.c.type_name == SessionStarted.type_name)
    .scalar_subquery()
)
_IN_LATEST_SESSION = sa.and_(_OF_SENDER, _EVENTS.c.id >= sa.func.coalesce(_SESSION_START, 0))
_LATEST_SESSION = Prepared(sa.select(_EVENTS.c.data).where(_IN_LATEST_SESSION).order_by(_EVENTS.c.id))
_ALL_SESSIONS = Prepared(sa.select(_EVENTS.c.data).where(_OF_SENDER).order_by(_EVENTS.c.id))
_COUNT_STORED = Prepared(sa.select(sa.func.count()).select_from(_EVENTS).where(_IN_LATEST_SESSION))


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": ((data.get("parse_data") or {}).get("intent") or {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _sqlite(path: Path) -> Engine:
    # A pool, because opening the file anew for each query costs more than the query. Only the brain's thread uses it.
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=sa.pool.QueuePool,
        pool_size=2,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        # NORMAL: a power cut may lose the last turns' dialogue state, never its consistency; the transcript and
        # the inbox are elsewhere, with FULL.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres(url: URL) -> Engine:
    bare = sa.create_engine(url)
    with bare.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {POSTGRES_SCHEMA}"))
    bare.dispose()
    return sa.create_engine(
        url,
        pool_size=2,
        pool_pre_ping=True,
        connect_args={**connection_limits(url), "options": f"-csearch_path={POSTGRES_SCHEMA}"},
        hide_parameters=True,
    )


def _add_index(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("CREATE INDEX IF NOT EXISTS events_sender_type_id ON events (sender_id, type_name, id)")
        )
