"""``kefu chat``: what is typed is answered on the screen, once, before the next line is read."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from actions.records.database import Database
from bot.channels.terminal import TerminalChannel
from bot.commands import chat
from bot.conversation.handle import drain
from bot.conversation.send_replies import unfinished
from bot.messages import OfferedButton, StoredMessage
from bot.queue.in_process import InProcessQueue
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import copy_of
from tests.fakes import FakeBrain, bot_turn, fake_parts, utterance


class Terminal:
    """The screen, and what the customer types; each line remembers what was on the screen before it."""

    def __init__(self, *lines: str) -> None:
        self.screen: list[str] = []
        self.before: list[list[str]] = []
        self.buttons: list[OfferedButton] = []
        self._lines = lines

    def show(self, message: StoredMessage) -> None:
        self.screen.append(f"{message.key} {message.arguments.get('text', '')}".strip())
        self.buttons[:] = message.buttons or self.buttons

    async def typed(self) -> AsyncIterator[str]:
        for line in self._lines:
            self.before.append(list(self.screen))
            yield line


@pytest.fixture
async def database(template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(copy_of(template, tmp_path))
    yield opened
    await opened.close()


async def talk(database: Database, terminal: Terminal, brain: FakeBrain) -> None:
    parts = fake_parts(SqlAlchemyStore(database), brain=brain, channels={"terminal": TerminalChannel(terminal.show)})
    queue = InProcessQueue(lambda conversation_id: drain(parts, conversation_id), lambda: unfinished(parts))
    assembly: Any = SimpleNamespace(parts=SimpleNamespace(**{**vars(parts), "queue": queue}), queue=queue)
    await queue.start()
    try:
        await chat._converse(assembly, "zh", terminal.buttons, terminal.typed())
    finally:
        await queue.stop()


async def test_every_line_is_answered_once_before_the_next(database: Database) -> None:
    terminal, brain = Terminal("一", "", "二"), FakeBrain()
    await talk(database, terminal, brain)
    assert terminal.screen == ["utter_echo 一", "utter_echo 二"]
    assert terminal.before == [[], ["utter_echo 一"], ["utter_echo 一"]]
    assert [turn.text for turn in brain.asked] == ["一", "二"]


async def test_a_number_presses_a_button(database: Database) -> None:
    brain = FakeBrain({"菜单": bot_turn(utterances=(utterance("utter_menu", None, "/track_order", "/list_orders"),))})
    await talk(database, Terminal("菜单", "2", "3", "²"), brain)
    asked = [(turn.text, turn.payload) for turn in brain.asked]
    assert asked == [("菜单", None), ("", "/list_orders"), ("3", None), ("²", None)]


READS_ALL = """
import asyncio
from bot.channels.terminal import typed_lines

async def main():
    async for line in typed_lines():
        print(line, flush=True)

asyncio.run(main())
"""


def reading() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", READS_ALL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_lines_are_read_to_the_end_whatever_they_hold() -> None:
    out, _ = reading().communicate("你好\n\n".encode() + b"\xff\nlast", timeout=60)
    assert out.decode().splitlines() == ["你好", "", "\ufffd", "last"]


def test_ctrl_c_does_not_wait_for_the_line_being_typed() -> None:
    with reading() as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"first\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"first\n"
        child.send_signal(signal.SIGINT)
        try:
            assert child.wait(60) == -signal.SIGINT
        finally:
            child.kill()
