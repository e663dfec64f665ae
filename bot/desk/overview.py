"""One line of the agents' queue: who waits, how long, why, and what was said last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from bot.channel_rules import ReplyWindow
from bot.conversation.channel_policy import standing
from bot.desk.dossier import reason_of
from bot.desk.wishes import in_one_line, wishes_json
from bot.http.views import Names, text_in
from bot.messages import Conversation, Language, StoredMessage
from bot.ports import Overview, Parts


def conversation_json(
    overview: Overview, parts: Parts, language: Language, names: Names, overdue: Mapping[str, list[str]]
) -> dict[str, Any]:
    """The conversation's row for the desk. ``agent`` is the user name of the agent who has it, ``agent_name`` the shown
    one; ``place`` and ``waiting_seconds`` are null unless somebody waits; ``mood`` is the latest message's, −1 .. 1;
    ``overdue`` numbers the complaints past their deadline."""
    conversation = overview.conversation
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
        "place": overview.place,
        "waiting_seconds": _seconds_since(conversation.waiting_since),
        "last_message": _said(overview.last, language),
        "reason": _reason(overview, parts, language),
        "undelivered": overview.undelivered,
        "overdue": overdue.get(conversation.id, []),
        "version": conversation.version,
        "updated_at": conversation.updated_at.isoformat(),
    }


def _seconds_since(moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int((datetime.now(timezone.utc) - moment).total_seconds()))


def _said(last: StoredMessage | None, language: Language) -> dict[str, Any] | None:
    if last is None:
        return None
    text = text_in(last, language) or (f"📎 {last.attachment.name}" if last.attachment else "")
    return {"author": last.author.value, "text": text, "created_at": last.created_at.isoformat()}


def _reason(overview: Overview, parts: Parts, language: Language) -> dict[str, Any] | None:
    """Why it was handed over the last time, and what had been collected by then."""
    handoff = overview.handoff
    if handoff is None:
        return None
    return {
        "rule": handoff.rule,
        "text": reason_of(handoff, parts.handoff_rules, language),
        "summary": in_one_line(wishes_json(overview.collected, parts.responses, language)),
    }


def limits_json(parts: Parts, conversation: Conversation, windows: Sequence[ReplyWindow]) -> dict[str, Any] | None:
    """What the platform still lets through; None where it sets no limits. ``left`` null: any number; ``closes_at``
    null: the window is closed, and only an agent may write, until ``agent_until``."""
    rule = parts.channel_rules.get(conversation.channel)
    found = standing(rule, windows, datetime.now(timezone.utc)) if rule is not None else None
    if found is None:
        return None
    return {
        "closes_at": found.closes_at.isoformat() if found.closes_at else None,
        "left": found.left,
        "left_for_bot": found.left_for_bot,
        "agent_until": found.agent_until.isoformat() if found.agent_until else None,
    }
