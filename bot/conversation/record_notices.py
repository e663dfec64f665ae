"""Records of messages that no bot turn answers: a person does, or the customer waits or goes back to the bot."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.conversation.choose_responder import Responder
from bot.conversation.compose import notice
from bot.conversation.notices import BACK_TO_BOT
from bot.conversation.queue_words import queue_words
from bot.messages import Conversation, Owner, StoredMessage
from bot.ports import Parts, TurnRecord


async def record_for_agent(parts: Parts, conversation: Conversation, message: StoredMessage) -> TurnRecord:
    """Nothing is said and nothing is understood: a person reads it."""
    return TurnRecord(message, conversation.version, decision={"responder": Responder.AGENT.value})


async def record_while_waiting(parts: Parts, conversation: Conversation, message: StoredMessage) -> TurnRecord:
    """The place in the queue, though not after every line that an impatient customer types."""
    last = await parts.store.last_notice(conversation.id)
    recent = last is not None and datetime.now(timezone.utc) - last.created_at < parts.handoff_rules.tell_again_after
    drafts = []
    if not recent:
        key, arguments = await queue_words(parts, conversation)
        drafts.append(notice(parts.responses, key, conversation.language, arguments, in_reply_to=message.id))
    decision = {"responder": Responder.NOTICES.value}
    return TurnRecord(message, conversation.version, drafts=drafts, decision=decision)


async def record_back_to_bot(parts: Parts, conversation: Conversation, message: StoredMessage) -> TurnRecord:
    """The customer stops waiting; the bot begins afresh with the next message."""
    said = notice(parts.responses, BACK_TO_BOT, conversation.language, in_reply_to=message.id)
    return TurnRecord(
        message,
        conversation.version,
        drafts=[said],
        decision={"responder": Responder.BACK_TO_BOT.value},
        fresh=True,
        new_owner=Owner.BOT,
    )
