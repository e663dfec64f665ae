"""``kill -9`` at any moment of a burst: what was acknowledged is answered once, in order, and changes things once.

The seed is printed; set KEFU_KILL_SEED to run the same moments again.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.records.database import Database
from bot.messages import Author, Delivery, StoredMessage
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of, postgres_copy

ROOT = Path(__file__).parents[2]
CONVERSATIONS = 20
MESSAGES = 200
KILLS = 5
Order = dict[str, str]


def burst() -> list[Order]:
    """Round after round, so that every conversation is under way at every moment."""
    per_conversation = MESSAGES // CONVERSATIONS
    return [
        {"sender": f"s{sender}", "external_id": f"s{sender}:{number}", "text": f"消息 {number} 来自 s{sender}"}
        for number in range(per_conversation)
        for sender in range(CONVERSATIONS)
    ]


class Life:
    """One life of the process, from its start to its death."""

    def __init__(self, database_url: str, folder: Path, resendable: bool) -> None:
        kind = "resendable" if resendable else "once"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.kill_driver", database_url, str(folder), kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.acknowledged: set[str] = set()

    def send(self, orders: list[Order]) -> None:
        assert self._process.stdin is not None
        lines = "".join(json.dumps(order) + "\n" for order in [*orders, {"finish": True}])
        self._process.stdin.write(lines)
        self._process.stdin.flush()

    def live_for(self, events: int) -> None:
        """Until so many things have happened, or everything is finished."""
        for _ in range(events):
            if self._next() == "finished":
                return

    def live(self) -> None:
        while self._next() != "finished":
            pass

    def kill(self) -> None:
        self._process.kill()
        assert self._process.stdout is not None
        # Acknowledgements that were on their way when it died count: the customer will read them.
        for line in self._process.stdout:
            self._read(line)
        self._end()

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._end()
        assert self._process.returncode == 0

    def _end(self) -> None:
        self._process.wait(timeout=60)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                stream.close()

    def _next(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the process died by itself with code {self._process.wait()}"
        return self._read(line)

    def _read(self, line: str) -> str:
        event = json.loads(line)
        if event["event"] == "ack":
            self.acknowledged.add(event["external_id"])
        return str(event["event"])


@pytest.fixture(params=["sqlite-resendable", "sqlite-once", "postgresql-resendable"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    """A database, and whether the channel may be sent the same twice."""
    database, kind = request.param.split("-")
    if database == "sqlite":
        yield copy_of(request.getfixturevalue("template"), tmp_path), kind == "resendable"
        return
    with postgres_copy(request.getfixturevalue("postgres")) as url:
        yield url, kind == "resendable"


@pytest.mark.slow
async def test_killed_at_any_moment_nothing_is_lost_or_doubled(place: tuple[str, bool], tmp_path: Path) -> None:
    database_url, resendable = place
    seed = int(os.environ.get("KEFU_KILL_SEED") or secrets.randbelow(2**32))
    print(f"KEFU_KILL_SEED={seed}")
    moments = random.Random(seed)
    orders = burst()
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        life = Life(database_url, tmp_path, resendable)
        life.send([order for order in orders if order["external_id"] not in acknowledged])
        life.live_for(moments.randint(1, 260))
        life.kill()
        acknowledged |= life.acknowledged
    life = Life(database_url, tmp_path, resendable)
    life.send([order for order in orders if order["external_id"] not in acknowledged])
    life.live()
    life.stop()
    assert acknowledged | life.acknowledged == {order["external_id"] for order in orders}

    database = Database(database_url)
    store = SqlAlchemyStore(database)
    for sender in range(CONVERSATIONS):
        conversation = await store.open_conversation("web", f"s{sender}", language="zh")
        history = await store.history(conversation.id)
        assert_answered_once_and_in_order(history, [order for order in orders if order["sender"] == f"s{sender}"])
        assert_delivered(history, deliveries(tmp_path)[conversation.id], resendable)
        assert changes(tmp_path, conversation.id) == MESSAGES // CONVERSATIONS
    await database.close()


def assert_answered_once_and_in_order(history: list[StoredMessage], orders: list[Order]) -> None:
    asked = [message for message in history if message.author is Author.CUSTOMER]
    assert [message.external_id for message in asked] == [order["external_id"] for order in orders]
    answers = [message for message in history if message.author is Author.BOT]
    expected = [
        (question.id, key, question.text)
        for question in asked
        for key in ["utter_one", "utter_two"][: 1 + len(question.text) % 2]
    ]
    assert [(answer.in_reply_to, answer.key, answer.arguments["text"]) for answer in answers] == expected


def assert_delivered(history: list[StoredMessage], sent: list[str], resendable: bool) -> None:
    answers = [message for message in history if message.author is Author.BOT]
    if resendable:
        # The receiver knows our ids, so a second copy is no second answer.
        assert list(dict.fromkeys(sent)) == [answer.id for answer in answers]
        assert all(answer.delivery is Delivery.SENT for answer in answers)
        return
    assert len(sent) == len(set(sent)), "a message was sent twice where that does harm"
    certain = [answer.id for answer in answers if answer.delivery is Delivery.SENT]
    in_doubt = {answer.id for answer in answers if answer.delivery is Delivery.PERHAPS}
    assert len(certain) + len(in_doubt) == len(answers)
    assert [message_id for message_id in sent if message_id not in in_doubt] == certain


def deliveries(folder: Path) -> dict[str, list[str]]:
    """Message ids as the platform received them, by conversation."""
    received: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "deliveries.log").read_text().splitlines():
        conversation_id, _, message_id = line.split()
        received[conversation_id].append(message_id)
    return received


def changes(folder: Path, conversation_id: str) -> int:
    with sqlite3.connect(folder / "ledger.db") as ledger:
        return int(
            ledger.execute("select changes from counters where conversation_id = ?", [conversation_id]).fetchone()[0]
        )
