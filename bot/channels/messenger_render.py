"""A message as Messenger's send API takes it: text, quick replies, and a generic template for a card. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.fit_message import card_lines
from bot.messages import Attachment, Author, Card, Language, OfferedButton, StoredMessage
from bot.ports import ChannelError

# The platform's own limits for one element of a template.
TITLE = 80
SUBTITLE = 80
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
            text = "\n".join([text, *card_lines(message.card, message.language, public_url)]).strip()
    texts: list[dict[str, Any]] = [{"text": text}] if text else []
    return [*texts, template] if template is not None else texts


def _template(card: Card, language: Language, public_url: str) -> dict[str, Any] | None:
    """None for a card that has too little for a template: a title alone is refused."""
    lines = card_lines(card, language)
    if not lines:
        return None
    element: dict[str, Any] = {"title": _short(lines[0], TITLE)}
    if card.kind == "article":
        link = card_lines(card, language, public_url)[-1]
        if not link.startswith("https://"):
            return None  # Messenger opens secure addresses only
        element["buttons"] = [{"type": "web_url", "url": link, "title": LINK_LABEL[language]}]
    elif len(lines) > 1:
        element["subtitle"] = _short("\n".join(lines[1:]), SUBTITLE)
    else:
        return None
    payload = {"template_type": "generic", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


def _quick_reply(button: OfferedButton, language: Language) -> dict[str, Any]:
    return {"content_type": "text", "title": button.labels[language], "payload": button.id}


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
