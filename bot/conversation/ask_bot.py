"""Ask the brain about one message. Whatever it does, an answer comes back: a failed turn rather than a lost message."""

from __future__ import annotations

import asyncio

import structlog

from bot.conversation.events import tell_typing
from bot.messages import NLU_FALLBACK, Author, BotTurn, Conversation, StoredMessage, Turn, Understanding
from bot.ports import Parts

log = structlog.get_logger(__name__)

BRAIN_SECONDS = 60.0
"""Longer than any turn takes; a brain that hangs must not hold the conversation for ever."""


async def ask_bot(parts: Parts, conversation: Conversation, message: StoredMessage, payload: str | None) -> BotTurn:
    """Never raises for a fault of the brain: it is logged, and a failed turn comes back."""
    await tell_typing(parts.notifier, conversation.id, Author.BOT)
    try:
        turn = turn_of(conversation, message, payload, joined=await _is_joined(parts, conversation))
        return await asyncio.wait_for(parts.brain.reply(turn), BRAIN_SECONDS)
    except Exception as error:
        # The customer's words stay out of the log; the message id leads to them.
        log.error("brain_failed", conversation=conversation.id, message=message.id, error=repr(error), exc_info=True)
        return BotTurn(
            understanding=Understanding(intent=NLU_FALLBACK, confidence=0.0),
            utterances=(),
            language=conversation.language,
            failed=True,
        )


async def trusted_payload(parts: Parts, message: StoredMessage) -> str | None:
    """What the pressed button does; None for typed words, and for a button that this conversation was never offered."""
    if message.payload is None:
        return None
    button = await parts.store.button(message.conversation_id, message.payload)
    return button.payload if button else None


async def _is_joined(parts: Parts, conversation: Conversation) -> bool:
    """Whether others may write here, too. Looked up only where it matters: a log-in proves less then."""
    if parts.joining is None or conversation.customer is None:
        return False
    others = (await parts.joining.joins.endpoints(conversation.id))[1:]
    return any(each.parted_at is None for each in others)


def turn_of(conversation: Conversation, message: StoredMessage, payload: str | None, *, joined: bool = False) -> Turn:
    return Turn(
        conversation_id=conversation.id,
        message_id=message.id,
        text="" if payload else message.text,
        payload=payload,
        language=conversation.language,
        customer=conversation.customer,
        address=message.address,
        fresh=conversation.fresh,
        attachment=message.attachment.content_type if message.attachment else "",
        joined=joined,
    )
