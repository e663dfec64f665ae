"""The process that test_kill.py kills: accept, in-process queue, handle and send, around a brain with a ledger.

One JSON object a line. In: ``{"sender", "external_id", "text"}``, or ``{"finish": true}``. Out: ``{"event": ...}`` at
every step that a kill might come after; ``ack`` only when the message is stored.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import structlog

from actions.records.database import Database
from bot.conversation.accept import accept
from bot.conversation.handle import drain
from bot.conversation.send_replies import unfinished
from bot.messages import BotTurn, Conversation, Incoming, StoredMessage, Turn
from bot.ports import Parts
from bot.queue.in_process import InProcessQueue
from bot.queue.notifier import InProcessNotifier
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.fakes import RULES, FakeResponses, bot_turn, utterance

LEDGER = """
create table if not exists outcomes (message_id text, action text, outcome text, primary key (message_id, action));
create table if not exists counters (conversation_id text primary key, changes integer not null);
create table if not exists tracker (message_id text primary key, said text not null);
"""


def tell(event: str, **details: Any) -> None:
    # One write call a line: a kill leaves whole lines behind, as it leaves whole acknowledgements on a socket.
    os.write(sys.stdout.fileno(), (json.dumps({"event": event, **details}) + "\n").encode())


class LedgerBrain:
    """Like Rasa with our actions: first the effect, kept under (message, action), then the tracker."""

    def __init__(self, path: Path) -> None:
        self._ledger = sqlite3.connect(path, isolation_level=None)
        self._ledger.executescript("pragma journal_mode=wal;" + LEDGER)

    async def reply(self, turn: Turn) -> BotTurn:
        await asyncio.sleep(0)
        said = self._ledger.execute("select said from tracker where message_id = ?", [turn.message_id]).fetchone()
        if said is None:
            self._change(turn)
            tell("changed")
            await asyncio.sleep(0)
            self._ledger.execute("insert into tracker values (?, ?)", [turn.message_id, turn.text])
            tell("answered")
            said = [turn.text]
        keys = ["utter_one", "utter_two"][: 1 + len(said[0]) % 2]
        return bot_turn(utterances=tuple(utterance(key, {"text": said[0]}) for key in keys))

    def _change(self, turn: Turn) -> None:
        self._ledger.execute("begin immediate")
        first = self._ledger.execute(
            "insert or ignore into outcomes values (?, 'count', 'done')", [turn.message_id]
        ).rowcount
        if first:
            self._ledger.execute(
                "insert into counters values (?, 1) on conflict do update set changes = changes + 1",
                [turn.conversation_id],
            )
        self._ledger.execute("commit")


class LogChannel:
    """The platform: writes down every delivery, twice if it is sent twice."""

    name = "web"

    def __init__(self, path: Path, resendable: bool) -> None:
        self.resendable = resendable
        self._log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def send(self, conversation: Conversation, message: StoredMessage) -> None:
        await asyncio.sleep(0)
        os.write(self._log, f"{conversation.id} {message.seq} {message.id}\n".encode())
        tell("sent")
        await asyncio.sleep(0)


class Driver:
    """One customer's messages are accepted one after the other, different customers' at the same time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lines: dict[str, asyncio.Queue[Incoming]] = defaultdict(asyncio.Queue)
        self._customers: list[asyncio.Task[None]] = []

    def write(self, incoming: Incoming) -> None:
        if incoming.sender not in self._lines:
            self._customers.append(asyncio.create_task(self._customer(self._lines[incoming.sender])))
        self._lines[incoming.sender].put_nowait(incoming)

    async def all_accepted(self) -> None:
        for line in self._lines.values():
            await line.join()

    async def _customer(self, line: asyncio.Queue[Incoming]) -> None:
        while True:
            incoming = await line.get()
            accepted = await accept(self._parts, incoming)
            tell("ack", external_id=incoming.external_id, message_id=accepted.message.id)
            line.task_done()


async def main(database_url: str, folder: Path, resendable: bool) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    drained = asyncio.Event()

    async def handler(conversation_id: str) -> None:
        await drain(parts, conversation_id)
        drained.set()

    queue = InProcessQueue(handler, lambda: unfinished(parts))
    database = Database(database_url)
    store = SqlAlchemyStore(database, queue=queue)
    parts = Parts(
        store=store,
        queue=queue,
        brain=LedgerBrain(folder / "ledger.db"),
        notifier=InProcessNotifier(),
        responses=FakeResponses(),
        channels={"web": LogChannel(folder / "deliveries.log", resendable)},
        handoff_rules=RULES,
    )
    await queue.start()
    driver = Driver(parts)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        if not order.get("finish"):
            driver.write(Incoming(channel="web", **order))
            continue
        await driver.all_accepted()
        drained.clear()  # before looking: a drain that ends in between must be heard
        while await unfinished(parts):
            await drained.wait()
            drained.clear()
        tell("finished")
    await queue.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "resendable"))
