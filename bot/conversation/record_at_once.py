"""Words that call for a human at once: the bot is not asked, so nothing is changed and nobody waits for its answer."""

from __future__ import annotations

from bot.conversation.choose_responder import Responder
from bot.conversation.collected import collected_so_far
from bot.conversation.compose import draft_of, sayable
from bot.conversation.decide_handoff import HandoffDecision, decide_at_once, explain_handoff
from bot.conversation.queue_words import queue_words
from bot.conversation.record_notices import record_while_waiting
from bot.messages import Author, Conversation, Handoff, Owner, StoredMessage
from bot.ports import Parts, TurnRecord
from lang.detect import detect


def calls_for_human(parts: Parts, message: StoredMessage, payload: str | None) -> bool:
    """Typed words only: a button's label is ours."""
    return payload is None and decide_at_once(parts.handoff_rules, message.id, message.text) is not None


async def record_at_once(parts: Parts, conversation: Conversation, message: StoredMessage) -> TurnRecord:
    """The rule's words and what happens next. Who waits already keeps their place; the agent reads the new reason."""
    decision = decide_at_once(parts.handoff_rules, message.id, message.text)
    assert decision is not None, "asked for by calls_for_human"
    waits = conversation.owner is Owner.WAITING
    if waits and await _said_before(parts, conversation, decision.handoff):
        return await record_while_waiting(parts, conversation, message)
    return await _record(parts, conversation, message, decision)


async def _record(
    parts: Parts, conversation: Conversation, message: StoredMessage, decision: HandoffDecision
) -> TurnRecord:
    waits = conversation.owner is Owner.WAITING
    language = detect(message.text) or conversation.language
    what_next = await queue_words(parts, conversation)
    keys = [*((key, {}) for key in decision.rule.say), what_next]
    said = [utterance for key, given in keys for utterance in sayable(parts.responses, key, given)]
    return TurnRecord(
        message,
        conversation.version,
        drafts=[draft_of(each, language, author=Author.SYSTEM, in_reply_to=message.id) for each in said],
        decision={
            "responder": Responder.AT_ONCE.value,
            "handoff": explain_handoff(decision),
            "collected": await collected_so_far(parts, conversation),
        },
        language=language,
        misunderstandings=0,
        new_owner=None if waits else Owner.WAITING,
        handoff=decision.handoff,
    )


async def _said_before(parts: Parts, conversation: Conversation, handoff: Handoff) -> bool:
    """Whether the same rule has fired since the customer waits: its words need not be read twice."""
    since = conversation.waiting_since
    earlier = await parts.store.handoffs(conversation.id)
    return any(each.rule == handoff.rule and since and each.created_at and each.created_at >= since for each in earlier)
