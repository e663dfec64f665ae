"""The terminal of ``kefu chat``: every reply goes to a callback that shows it, and what is typed comes line by line."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from bot.messages import Conversation, StoredMessage


class TerminalChannel:
    """Not resendable: nobody can tell what a terminal that is gone has shown."""

    name = "terminal"
    resendable = False

    def __init__(self, show: Callable[[StoredMessage], None]) -> None:
        self._show = show

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        self._show(message)


async def typed_lines() -> AsyncIterator[str]:
    """The lines of stdin, to its end. Ctrl-C does not wait for the line that is being typed."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    # A daemon, because a thread that reads cannot be interrupted and asyncio's own threads are waited for.
    threading.Thread(target=_read_lines, args=(loop, lines), daemon=True).start()
    while True:
        if sys.stdin.isatty():
            sys.stdout.write("🙂 ")
            sys.stdout.flush()
        line = await lines.get()
        if line is None:
            return
        yield line


def _read_lines(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str | None]) -> None:
    # Not sys.stdin: the interpreter, when it ends, would want the lock that this thread holds while it reads.
    with suppress(RuntimeError), open(0, encoding="utf-8", errors="replace", closefd=False) as typed:
        for line in typed:
            loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\n"))
        loop.call_soon_threadsafe(lines.put_nowait, None)
