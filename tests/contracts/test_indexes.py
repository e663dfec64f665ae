"""What is asked again and again looks only at what is unfinished, however long the history has grown.

On SQLite, whose planner is the stricter one: it takes a partial index only for the words it was made with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.database import Database
from bot.stores import inbox, outbox
from tests.databases import copy_of

QUESTIONS: dict[str, Callable[[Connection], Any]] = {
    "what to sweep up": lambda connection: inbox.unhandled_conversations(connection, ["web"]),
    "what to send at last": lambda connection: outbox.undelivered_conversations(connection, ["web"]),
    "how much is unsent": outbox.undelivered_count,
    "what is left in one conversation": lambda connection: inbox.work(connection, "c" * 32),
}
MOMENT = "2026-11-21 00:00:00.000000"


@pytest.fixture
def connection(template: Path, tmp_path: Path) -> Iterator[Connection]:
    database = Database(copy_of(template, tmp_path))
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO conversations (id, channel, sender, owner, version, episode, language, last_seq, created_at,"
            " updated_at, misunderstandings, mood, fresh)"
            f" VALUES ('{'c' * 32}', 'web', 's', 'bot', 1, 1, 'zh', 0, '{MOMENT}', '{MOMENT}', 0, 0, 0)"
        )
        yield connection
    database.close_now()


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_only_unfinished_messages_are_looked_at(question: str, connection: Connection) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    QUESTIONS[question](connection)
    plans = [
        row[3]
        for statement, values in list(asked)
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    at_messages = [step for step in plans if " messages" in step]
    assert at_messages
    assert all("ix_messages_un" in step for step in at_messages), plans
