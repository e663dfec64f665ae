"""What a customer reads who begins to wait for a person, or waits already: their place, or when people are back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from bot.conversation.notices import HANDED_OVER, HANDED_OVER_CLOSED, STILL_CLOSED, STILL_WAITING
from bot.messages import Conversation, Owner
from bot.ports import Parts

Words = tuple[str, Mapping[str, Any]]
"""A response key (``notices.py``) and its arguments."""


async def queue_words(parts: Parts, conversation: Conversation) -> Words:
    """For a conversation that waits, or is about to."""
    waits = conversation.owner is Owner.WAITING
    opens = parts.hours.opens(datetime.now(timezone.utc))
    if opens is not None:
        return (STILL_CLOSED if waits else HANDED_OVER_CLOSED), {"opens": {"datetime": opens.isoformat()}}
    if waits:
        return STILL_WAITING, {"place": await parts.store.place_in_queue(conversation.id) or 1}
    return HANDED_OVER, {"place": await parts.store.waiting_count() + 1}
