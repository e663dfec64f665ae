"""A message as Messenger's send API takes it: text, quick replies, and a generic template for a card. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.card_words import card_lines
from bot.conversation.fit_message import beneath
from bot.messages import Attachment, Author, Card, Language, OfferedButton, StoredMessage
from bot.ports import ChannelError

# The platform's own limits: characters of one element of a template, and elements.
TITLE = 80
SUBTITLE = 80
ELEMENTS = 10
ON_TIME = {"messaging_type": "RESPONSE"}
LATE = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
"""An agent's words after the window."""
# What the app shows; whatever else is sent as a file.
_KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/gif": "image",
    "video/mp4": "video",
    "audio/mpeg": "audio",
}
LINK_LABEL: Mapping[Language, str] = {"zh": "查看全文", "en": "Read more"}


def bodies(sender: str, message: StoredMessage, *, late: bool = False, public_url: str = "") -> list[dict[str, Any]]:
    """What to post, in order. Raises ChannelError for a bot's words after the window: they are never tagged."""
    _check_late(message, late)
    contents = _contents(message, public_url)
    replies = [_quick_reply(button, message.language) for button in message.buttons]
    if replies and contents:
        contents[-1]["quick_replies"] = replies
    kind = LATE if late else ON_TIME
    return [{"recipient": {"id": sender}, **kind, "message": content} for content in contents]


def _check_late(message: StoredMessage, late: bool) -> None:
    if late and message.author is not Author.AGENT:
        raise ChannelError("only an agent's words may be sent after the window", "window_closed")


def file_body(sender: str, message: StoredMessage, attachment: Attachment, *, late: bool) -> dict[str, Any]:
    """Goes with the file's bytes. Raises ChannelError for a bot's file after the window."""
    _check_late(message, late)
    content = {"attachment": {"type": _KINDS.get(attachment.content_type, "file"), "payload": {"is_reusable": False}}}
    return {"recipient": {"id": sender}, **(LATE if late else ON_TIME), "message": content}


def action(sender: str, name: str) -> dict[str, Any]:
    """``typing_on``, ``typing_off`` or ``mark_seen``."""
    return {"recipient": {"id": sender}, "sender_action": name}


def _contents(message: StoredMessage, public_url: str) -> list[dict[str, Any]]:
    text, template = message.text, None
    if message.card is not None:
        template = _template(message.card, message.language, public_url)
        if template is None:
            text = beneath(text, card_lines(message.card, message.language, public_url, beside=text))
    texts: list[dict[str, Any]] = [{"text": text}] if text else []
    return [*texts, template] if template is not None else texts


def _template(card: Card, language: Language, public_url: str) -> dict[str, Any] | None:
    """None for a card that has too little for a template: a title alone is refused."""
    elements = _article(card, language, public_url) if card.kind == "article" else _facts(card, language)
    if not elements:
        return None
    return {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": elements}}}


def _article(card: Card, language: Language, public_url: str) -> list[dict[str, Any]]:
    title, *links = card_lines(card, language, public_url) or [""]
    if not title or not links or not links[0].startswith("https://"):
        return []  # Messenger opens secure addresses only
    button = {"type": "web_url", "url": links[0], "title": LINK_LABEL[language]}
    return [{"title": _short(title, TITLE), "buttons": [button]}]


def _facts(card: Card, language: Language) -> list[dict[str, Any]]:
    """An order or a refund: its title with as many lines as fit, then what is left, to be swiped to."""
    lines = card_lines(card, language)
    elements: list[dict[str, Any]] = []
    while len(lines) > 1 and len(elements) < ELEMENTS:
        title, *rest = lines
        fitting = max(1, sum(len("\n".join(rest[: count + 1])) <= SUBTITLE for count in range(len(rest))))
        subtitle = _short("\n".join(rest[:fitting]), SUBTITLE)
        elements.append({"title": _short(title, TITLE), "subtitle": subtitle})
        lines = rest[fitting:]
    return elements


def _quick_reply(button: OfferedButton, language: Language) -> dict[str, Any]:
    return {"content_type": "text", "title": button.labels[language], "payload": button.id}


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
