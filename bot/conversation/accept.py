"""A customer's message comes in: checked, stored, and the doorbell rung. Only then may the channel acknowledge it."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation.events import tell_messages
from bot.conversation.typed_button import typed_button
from bot.messages import Accepted, Incoming, Language
from bot.ports import Parts

LONGEST_EXTERNAL_ID = 320
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]")
# Codes that join two chats are of no language.
_CODE = re.compile(r"\bKFL?-[A-Z0-9-]+", re.IGNORECASE)
# A text column of PostgreSQL refuses the first, UTF-8 the others.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UnknownPayload(ValueError):
    """This conversation was never offered a button with that id."""


class EmptyMessage(ValueError):
    """Neither text, nor a button, nor an attachment."""


async def accept(parts: Parts, incoming: Incoming) -> Accepted:
    """Store the message once and ring; raises UnknownPayload or EmptyMessage, and then nothing was stored."""
    text = clean(incoming.text)
    if incoming.payload is not None:
        text = await _label(parts, incoming, incoming.payload)
    elif not text and incoming.attachment is None:
        raise EmptyMessage("The message is empty.")
    elif button := await typed_button(parts, incoming, guess_language(text)):
        incoming = replace(incoming, payload=button)
    if len(incoming.external_id) > LONGEST_EXTERNAL_ID:
        raise ValueError(f"The message's own id is longer than {LONGEST_EXTERNAL_ID} characters.")
    stored = replace(incoming, text=text, address=incoming.address[:64])
    accepted = await parts.store.accept(stored, language=guess_language(text))
    conversation_id = accepted.message.conversation_id
    # A duplicate rings too: the first copy's bell may have been lost in a crash.
    await parts.queue.ring(conversation_id)
    if not accepted.duplicate:
        await tell_messages(parts.notifier, conversation_id, [accepted.message])
    return accepted


def clean(text: str) -> str:
    """Without what no database can hold, and without space around it."""
    return _UNSTORABLE.sub("", text).strip()


def guess_language(text: str) -> Language:
    """For the first message of a sender we know nothing of; the brain decides better from then on."""
    words = _CODE.sub("", text)
    return "en" if _LATIN.search(words) and not _HAN.search(words) else "zh"


async def _label(parts: Parts, incoming: Incoming, payload: str) -> str:
    conversation = await parts.store.open_conversation(incoming.channel, incoming.sender, language="zh")
    button = await parts.store.button(conversation.id, payload)
    if button is None:
        raise UnknownPayload(payload)
    return button.labels[conversation.language]
