"""Who answers a message: decided by the conversation's owner alone (design, invariant 2)."""

from __future__ import annotations

from enum import Enum

from bot.messages import Owner

BACK_TO_BOT = "/back_to_bot"


class Responder(str, Enum):
    BOT = "bot"
    AGENT = "agent"
    """Nothing is said: a person answers."""
    NOTICES = "notices"
    """The customer waits: only notices are said."""
    BACK_TO_BOT = "back_to_bot"
    """The customer would rather talk to the bot than wait."""
    REOPEN = "reopen"
    """The conversation was closed between the arrival of the message and its turn: it must not be lost."""


def choose_responder(owner: Owner, payload: str | None) -> Responder:
    """``payload`` is the trusted payload of the button that was pressed, or None for a typed message."""
    if owner is Owner.AGENT:
        return Responder.AGENT
    if owner is Owner.CLOSED:
        return Responder.REOPEN
    if payload == BACK_TO_BOT:
        return Responder.BACK_TO_BOT
    return Responder.NOTICES if owner is Owner.WAITING else Responder.BOT
