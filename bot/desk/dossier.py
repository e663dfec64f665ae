"""What an agent wants to know before the first word, read from the transcript by rules. Pure: no store, no HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.joining import Endpoint
from bot.messages import Handoff, Language, Note, StoredMessage
from bot.rules import HandoffRules


def intents(messages: Iterable[StoredMessage]) -> list[dict[str, Any]]:
    """What the customer was understood to want, in order: ``{seq, intent, confidence, understood}``."""
    return [
        {
            "seq": message.seq,
            "intent": decision["intent"],
            "confidence": decision.get("confidence"),
            "understood": not decision.get("misunderstood", False),
        }
        for message, decision in _decisions(messages)
        if decision.get("intent")
    ]


def mood_curve(messages: Iterable[StoredMessage]) -> list[dict[str, Any]]:
    """``{seq, mood, words}`` of each understood message; mood −1 (angry) .. 1 (pleased)."""
    return [
        {"seq": message.seq, "mood": decision["mood"], "words": list(decision.get("mood_words") or ())}
        for message, decision in _decisions(messages)
        if decision.get("mood") is not None
    ]


def articles_tried(messages: Iterable[StoredMessage]) -> list[dict[str, Any]]:
    """Articles the bot answered with: ``{seq, slug, score}``."""
    return [
        {"seq": message.seq, "slug": facts["article"], "score": facts.get("score")}
        for message, decision in _decisions(messages)
        if (facts := decision.get("facts") or {}).get("article")
    ]


def failures(messages: Iterable[StoredMessage]) -> list[dict[str, Any]]:
    """Messages the bot did not understand or could not serve: ``{seq, failed}``; ``failed`` means a fault of ours."""
    return [
        {"seq": message.seq, "failed": bool(decision.get("failed"))}
        for message, decision in _decisions(messages)
        if decision.get("misunderstood") or decision.get("failed")
    ]


def changes_made(messages: Iterable[StoredMessage]) -> list[dict[str, Any]]:
    """What the bot changed in the shop's records: ``{seq, effect}``, such as ``cancel_order:SO…``."""
    return [
        {"seq": message.seq, "effect": effect}
        for message, decision in _decisions(messages)
        for effect in decision.get("effects") or ()
    ]


def reason_of(handoff: Handoff, rules: HandoffRules, language: Language) -> str:
    """Why a human was called, in the agent's words; a rule that is gone from the file shows its id."""
    rule = rules.by_id(handoff.rule)
    return rule.reason[language] if rule is not None else handoff.rule


def handoffs_json(handoffs: Iterable[Handoff], rules: HandoffRules, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "rule": handoff.rule,
            "reason": reason_of(handoff, rules, language),
            "words": handoff.words,
            "threshold": handoff.threshold,
            "measured": handoff.measured,
            "message": handoff.message_id,
            "created_at": handoff.created_at.isoformat() if handoff.created_at else None,
        }
        for handoff in handoffs
    ]


def notes_json(notes: Iterable[Note], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": note.id,
            "agent": names.get(note.agent, note.agent),
            "text": note.text,
            "created_at": note.created_at.isoformat(),
        }
        for note in notes
    ]


def channels_json(endpoints: Iterable[Endpoint], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Where the customer is or was reached, the conversation's own channel first; ``by`` is ``code`` or ``link``,
    ``parted_by`` ``customer`` or an agent's name."""
    return [
        {
            "channel": each.channel,
            "joined_at": each.joined_at.isoformat() if each.joined_at else None,
            "by": each.joined_by or None,
            "parted_at": each.parted_at.isoformat() if each.parted_at else None,
            "parted_by": names.get(each.parted_by, each.parted_by) if each.parted_by else None,
        }
        for each in endpoints
    ]


def dossier(
    messages: Sequence[StoredMessage], orders: Sequence[Mapping[str, Any]], handoffs: list[dict[str, Any]]
) -> dict[str, Any]:
    """Everything above in one object; ``orders`` come masked, newest first."""
    return {
        "handoffs": handoffs,
        "orders": [dict(order) for order in orders],
        "intents": intents(messages),
        "mood_curve": mood_curve(messages),
        "articles": articles_tried(messages),
        "failures": failures(messages),
        "changes": changes_made(messages),
    }


def _decisions(messages: Iterable[StoredMessage]) -> Iterable[tuple[StoredMessage, Mapping[str, Any]]]:
    return ((message, message.decision) for message in messages if message.decision)
