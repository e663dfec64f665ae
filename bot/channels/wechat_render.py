"""A message as the body of WeChat's customer-service message API: pure.

The channel policy has made it fit before (``rules/channels.yml``): length, cards in words, several bubbles in one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.messages import OfferedButton, StoredMessage

_DIGITS = 12


def render(message: StoredMessage, receiver: str) -> dict[str, Any]:
    """One body, one call; buttons become a menu. A file is sent by the channel, which has to upload it first."""
    if not message.buttons:
        return {"touser": receiver, "msgtype": "text", "text": {"content": message.text}}
    entries = [
        {"id": menu_id(button.id), "content": button.labels[message.language] or "…"} for button in message.buttons
    ]
    menu = {"head_content": message.text, "list": entries, "tail_content": ""}
    return {"touser": receiver, "msgtype": "msgmenu", "msgmenu": menu}


def menu_id(button_id: str) -> str:
    """A button's name in a menu: a number, because WeChat gives nothing else back."""
    return str(int(button_id[:_DIGITS], 16))


def chosen(choice: str, offered: Iterable[OfferedButton]) -> OfferedButton | None:
    """The button behind a menu's entry, among those that this conversation was offered."""
    return next((button for button in offered if menu_id(button.id) == choice), None)
