"""The terminal channel of ``kefu chat``: every reply goes to a callback that shows it."""

from __future__ import annotations

from collections.abc import Callable

from bot.messages import Conversation, StoredMessage


class TerminalChannel:
    """Not resendable: nobody can tell what a terminal that is gone has shown."""

    name = "terminal"
    resendable = False

    def __init__(self, show: Callable[[StoredMessage], None]) -> None:
        self._show = show

    async def send(self, conversation: Conversation, message: StoredMessage) -> None:
        self._show(message)
