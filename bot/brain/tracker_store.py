"""Where Rasa keeps its dialogue state: ``rasa.db`` under KEFU_HOME, or the schema ``rasa`` of our PostgreSQL.

Rasa's own SQL store with three differences: the connection is set up for one writer thread, a session's events
are found by an index instead of reading the whole conversation, and a failing database raises (Rasa's
default wrapper would carry on with an empty memory, and answer a message twice).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.events import SessionStarted
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Query, Session, sessionmaker

POSTGRES_SCHEMA = "rasa"


class BrainTrackerStore(SQLTrackerStore):
    """SQLTrackerStore over an engine of ours; call ``close`` when done."""

    def __init__(self, engine: Engine) -> None:
        # Not SQLTrackerStore's constructor: it makes an engine of its own, and retries a wrong URL for ever.
        self.engine = engine
        self.Base.metadata.create_all(engine)
        _add_index(engine)
        self.sessionmaker = sessionmaker(bind=engine)
        TrackerStore.__init__(self, None)

    def close(self) -> None:
        self.engine.dispose()

    def _event_query(self, session: Session, sender_id: str, fetch_events_from_all_sessions: bool) -> Query:
        """Events of the latest session, oldest first. By id where Rasa goes by time: a clock may be set back."""
        event = self.SQLEvent
        query = session.query(event).filter(event.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            started = (
                session.query(sa.func.max(event.id))
                .filter(event.sender_id == sender_id, event.type_name == SessionStarted.type_name)
                .scalar()
            )
            query = query.filter(event.id >= (started or 0))
        return query.order_by(event.id)


def open_tracker_store(home: Path, database_url: str) -> BrainTrackerStore:
    """The store that belongs to the operator's ``KEFU_DATABASE_URL``."""
    if database_url.startswith("postgresql"):
        return BrainTrackerStore(_postgres(database_url))
    home.mkdir(parents=True, exist_ok=True)
    return BrainTrackerStore(_sqlite(home / "rasa.db"))


def _sqlite(path: Path) -> Engine:
    # A pool, because opening the file anew for each query costs more than the query. Only the brain's thread uses it.
    engine = sa.create_engine(
        f"sqlite:///{path}", poolclass=sa.pool.QueuePool, pool_size=2, connect_args={"check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        # NORMAL: a power cut may lose the last turns' dialogue state, never its consistency; the transcript and
        # the inbox are elsewhere, with FULL.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres(database_url: str) -> Engine:
    url = sa.engine.make_url(database_url).set(drivername="postgresql+psycopg2")
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {POSTGRES_SCHEMA}"))
    return sa.create_engine(
        url, pool_size=2, pool_pre_ping=True, connect_args={"options": f"-csearch_path={POSTGRES_SCHEMA}"}
    )


def _add_index(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("CREATE INDEX IF NOT EXISTS events_sender_type_id ON events (sender_id, type_name, id)")
        )
