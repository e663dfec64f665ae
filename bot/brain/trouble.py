"""Notes what went wrong inside one turn.

Rasa logs an action's exception and goes on as if nothing had happened; here the turn remembers it, so that
the customer gets an apology and a human instead of silence (design, ``BotTurn.failed``).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_noted: ContextVar[list[str] | None] = ContextVar("noted", default=None)
logger = logging.getLogger("kefu.brain")


@contextmanager
def watch() -> Iterator[list[str]]:
    """Collect what is noted while the block runs, tasks started inside it included."""
    notes: list[str] = []
    token = _noted.set(notes)
    try:
        yield notes
    finally:
        _noted.reset(token)


def note(what: str, error: BaseException | None = None) -> None:
    """Remember a fault of the current turn and log it; outside ``watch`` (``rasa shell``) it is only logged."""
    logger.error("%s%s", what, _place(error) if error else "")
    notes = _noted.get()
    if notes is not None:
        notes.append(what)


def noted() -> bool:
    """Whether the current turn has a fault already."""
    return bool(_noted.get())


def _place(error: BaseException) -> str:
    # Where and what kind, never the message: that may quote a customer.
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f": {type(error).__name__}\n{frames}"
