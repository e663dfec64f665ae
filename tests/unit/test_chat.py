"""``kefu chat``: what is typed is answered on the screen, once, before the next line is read."""

from __future__ import annotations

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

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
        self.screen: list[str] = []
        self.before: list[list[str]] = []
        self.buttons: list[OfferedButton] = []
        self._lines = iter(lines)
        monkeypatch.setattr(chat, "_read_line", self._read)

    def show(self, message: StoredMessage) -> None:
        self.screen.append(f"{message.key} {message.arguments.get('text', '')}".strip())
        self.buttons[:] = message.buttons or self.buttons

    def _read(self) -> str | None:
        self.before.append(list(self.screen))
        return next(self._lines, None)


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
        await chat._converse(assembly, "zh", terminal.buttons)
    finally:
        await queue.stop()


async def test_every_line_is_answered_once_before_the_next(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, brain = Terminal(monkeypatch, "一", "", "二"), FakeBrain()
    await talk(database, terminal, brain)
    assert terminal.screen == ["utter_echo 一", "utter_echo 二"]
    assert terminal.before == [[], ["utter_echo 一"], ["utter_echo 一"], ["utter_echo 一", "utter_echo 二"]]
    assert [turn.text for turn in brain.asked] == ["一", "二"]


async def test_a_number_presses_a_button(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    brain = FakeBrain({"菜单": bot_turn(utterances=(utterance("utter_menu", None, "/track_order", "/list_orders"),))})
    await talk(database, Terminal(monkeypatch, "菜单", "2", "3"), brain)
    assert [(turn.text, turn.payload) for turn in brain.asked] == [("菜单", None), ("", "/list_orders"), ("3", None)]
