"""A conversation for an agent's eyes: every line of both sides, in the agent's language beside the original. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.http.views import Names, message_json
from bot.messages import Language, StoredMessage


def transcript(
    messages: Iterable[StoredMessage], language: Language, names: Names, channels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """One row a message, in order. ``text`` is in ``language`` where we have it, ``original`` as the customer saw or
    wrote it; ``delivery`` ``held`` marks what the bot would have said but did not, ``delayed`` what
    waits for the customer's next message; ``delivery_reason`` says why. ``channel``: where it was written or sent
    (``channels``: by endpoint)."""
    return [{**_row(message, language, names), "channel": channels.get(message.endpoint, "")} for message in messages]


def _row(message: StoredMessage, language: Language, names: Names) -> dict[str, Any]:
    return {
        **message_json(message, names, language),
        "original": message.text,
        "attachment": vars(message.attachment) if message.attachment else None,
        "episode": message.episode,
        "key": message.key,
        "decision": message.decision,
        "delivery": message.delivery.value if message.delivery else None,
        "delivery_reason": message.delivery_reason,
    }
