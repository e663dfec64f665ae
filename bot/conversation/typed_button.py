"""A button's words, typed: what a customer does where the platform has no room for the button itself.

A phone shows a platform's buttons as far as they fit, Messenger only those of the last message; the others stand in the
text. Whoever types what such a button says means the button.
"""

from __future__ import annotations

from bot.channel_rules import ChannelRule
from bot.messages import Incoming, Language, OfferedButton
from bot.ports import Parts

LATEST = 20
"""Among the offers of so many messages before; older ones are forgotten."""
_PLAIN_WORDS = ("/affirm", "/deny")
"""Yes and no mean what was asked last, not what a button with that label once confirmed."""


async def typed_button(parts: Parts, incoming: Incoming, language: Language) -> str | None:
    """The id of the newest button that reads as the customer's text; None where the channel shows all buttons."""
    rule = parts.channel_rules.get(incoming.channel)
    wanted = _plain(incoming.text)
    if rule is None or rule.buttons is None or not wanted or incoming.attachment is not None:
        return None
    store = parts.store
    conversation = await store.open_conversation(incoming.channel, incoming.sender, language=language)
    if not conversation.last_seq:
        return None
    latest = await store.history(conversation.id, after=max(0, conversation.last_seq - LATEST))
    offered = [button for message in latest for button in message.buttons if not _is_plain_word(button)]
    found = [button.id for button in offered if wanted in _readings(button, rule)]
    return found[-1] if found else None


def _is_plain_word(button: OfferedButton) -> bool:
    return button.payload.partition("{")[0] in _PLAIN_WORDS


def _readings(button: OfferedButton, rule: ChannelRule) -> set[str]:
    """Whole, and as far as the platform shows it."""
    labels = [_plain(label) for label in button.labels.values()]
    longest = rule.button_characters
    return {*labels, *(label[: longest - 1] for label in labels if longest is not None and len(label) > longest)}


def _plain(text: str) -> str:
    return text.strip(" ·…。.!！").casefold()
