"""Who answers a message: decided by its conversation's owner (design, invariant 2); some words call for a human."""

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
    AT_ONCE = "at_once"
    """Words of the message call for a human; the bot is not asked."""
    BACK_TO_BOT = "back_to_bot"
    """The customer would rather talk to the bot than wait."""
    REOPEN = "reopen"
    """The conversation was closed between the arrival of the message and its turn: it must not be lost."""


def choose_responder(owner: Owner, payload: str | None, calls_for_human: bool = False) -> Responder:
    """``payload`` is the trusted payload of the button that was pressed, or None for a typed message.

    ``calls_for_human``: a rule on words says so (``decide_at_once``).
    """
    if owner is Owner.AGENT:
        return Responder.AGENT
    if owner is Owner.CLOSED:
        return Responder.REOPEN
    if payload == BACK_TO_BOT:
        return Responder.BACK_TO_BOT
    if calls_for_human:
        return Responder.AT_ONCE
    return Responder.NOTICES if owner is Owner.WAITING else Responder.BOT
