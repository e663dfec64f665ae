"""A message as bodies of WeCom's ``kf/send_msg``: pure. The channel policy has made it fit before."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.messages import StoredMessage

MAX_HEAD_BYTES = 1024
"""Of the text above a menu's entries; a text alone may have twice as many."""


def render(message: StoredMessage) -> list[dict[str, Any]]:
    """One body; two where buttons stand below a text too long for a menu. ``msgid`` is ours: 32 characters."""
    if not message.buttons:
        return [_text(message.id, message.text)]
    if len(message.text.encode()) <= MAX_HEAD_BYTES:
        return [_menu(message, message.id, message.text)]
    second = hashlib.sha256(f"{message.id}:menu".encode()).hexdigest()[:32]
    return [_text(message.id, message.text), _menu(message, second, "👇")]


def _text(message_id: str, text: str) -> dict[str, Any]:
    return {"msgid": message_id, "msgtype": "text", "text": {"content": text}}


def _menu(message: StoredMessage, message_id: str, head: str) -> dict[str, Any]:
    entries = [
        {"type": "click", "click": {"id": button.id, "content": button.labels[message.language] or "…"}}
        for button in message.buttons
    ]
    return {
        "msgid": message_id,
        "msgtype": "msgmenu",
        "msgmenu": {"head_content": head, "list": entries, "tail_content": ""},
    }
