"""Forgets what Rasa's tracker keeps of conversations: ``rasa.db`` under KEFU_HOME, or the schema ``rasa``.

Plain SQL, so that the process that does it needs no Rasa (bot/brain/tracker_store.py writes these rows).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from actions.records.database import connection_limits, driver_url

_EVENTS = sa.table("events", sa.column("sender_id"))
_BUSY_SECONDS = 10

Forget = Callable[[Sequence[str]], Awaitable[None]]


def forgetting(home: Path, database_url: str) -> Forget:
    """A function that deletes every event of these conversations; conversations unknown to the tracker do no harm."""

    async def forget(conversation_ids: Sequence[str]) -> None:
        await asyncio.to_thread(_forget, home, database_url, conversation_ids)

    return forget


def _forget(home: Path, database_url: str, conversation_ids: Sequence[str]) -> None:
    url = driver_url(database_url)
    if url.get_backend_name() == "postgresql":
        options = {**connection_limits(url), "options": "-csearch_path=rasa"}
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=options, hide_parameters=True)
    else:
        path = home / "rasa.db"
        if not path.is_file():
            return
        engine = sa.create_engine(
            f"sqlite:///{path}", poolclass=sa.pool.NullPool, connect_args={"timeout": _BUSY_SECONDS}
        )
    try:
        if "events" in sa.inspect(engine).get_table_names():
            with engine.begin() as connection:
                connection.execute(sa.delete(_EVENTS).where(_EVENTS.c.sender_id.in_(conversation_ids)))
    finally:
        engine.dispose()
