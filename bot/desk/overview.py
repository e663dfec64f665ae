"""One line of the agents' queue: who waits, how long, why, and what was said last."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from bot.desk.dossier import reason_of
from bot.http.views import Names, text_in
from bot.messages import Conversation, Delivery, Handoff, Language, Owner, StoredMessage
from bot.ports import Parts
from bot.rules import HandoffRules

# A held turn of the bot is never longer than this; behind it lies the last message that was really said.
_LOOK_BACK = 12


async def conversation_json(
    parts: Parts, conversation: Conversation, language: Language, names: Names
) -> dict[str, Any]:
    """The conversation's row for the desk. ``agent`` is the user name of the agent who has it, ``agent_name`` the shown
    one; ``place`` and ``waiting_seconds`` are null unless somebody waits; ``mood`` is the latest message's, −1 .. 1."""
    store = parts.store
    waiting = conversation.owner is Owner.WAITING
    handoffs = await store.handoffs(conversation.id)
    latest = await store.history(conversation.id, after=max(0, conversation.last_seq - _LOOK_BACK))
    customer = conversation.customer
    return {
        "id": conversation.id,
        "channel": conversation.channel,
        "owner": conversation.owner.value,
        "agent": conversation.agent,
        "agent_name": names.get(conversation.agent, conversation.agent) if conversation.agent else None,
        "language": conversation.language,
        "mood": conversation.mood,
        "customer": {"id": customer.id, "name": customer.name} if customer else None,
        "place": await store.place_in_queue(conversation.id) if waiting else None,
        "waiting_seconds": _seconds_since(conversation.waiting_since) if waiting else None,
        "last_message": _last_message(latest, language),
        "reason": _reason(handoffs, parts.handoff_rules, language),
        "version": conversation.version,
        "updated_at": conversation.updated_at.isoformat(),
    }


def _seconds_since(moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int((datetime.now(timezone.utc) - moment).total_seconds()))


def _last_message(messages: list[StoredMessage], language: Language) -> dict[str, Any] | None:
    said = [message for message in messages if message.delivery is not Delivery.HELD]
    if not said:
        return None
    last = said[-1]
    return {"author": last.author.value, "text": text_in(last, language), "created_at": last.created_at.isoformat()}


def _reason(handoffs: list[Handoff], rules: HandoffRules, language: Language) -> dict[str, Any] | None:
    """Why it was handed over the last time."""
    if not handoffs:
        return None
    return {"rule": handoffs[-1].rule, "text": reason_of(handoffs[-1], rules, language)}
