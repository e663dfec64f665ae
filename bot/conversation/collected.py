"""What the bot has collected for each service in this episode, for whoever takes over: so nobody is asked twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.messages import Conversation
from bot.ports import Parts

LOOK_BACK = 200
"""Messages looked through at a hand-over; what lies further back is another matter."""
_STATES = {"refused": "refused", "done": "reference", "told": "told"}
"""A state and the fact that tells it."""


async def collected_so_far(
    parts: Parts, conversation: Conversation, this_turn: Mapping[str, Any] | None = None
) -> list[Mapping[str, Any]]:
    """As ``collected``. ``this_turn``: the decision that is not stored yet."""
    after = max(0, conversation.last_seq - LOOK_BACK)
    messages = await parts.store.history(conversation.id, after=after, limit=LOOK_BACK + 1)
    stored = [message.decision for message in messages if message.episode == conversation.episode and message.decision]
    return collected([*stored, *([this_turn] if this_turn else [])])


def collected(decisions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The wish of each service as it stood last, the latest last: ``{service, order_number?, answers, state}``.

    ``answers``: ``{label, value}``, arguments of responses (``actions/forms/collected.py``). ``state``: ``refused`` by
    the rules, ``done``, ``told`` where there was nothing but to look something up, or ``unfinished``.
    """
    wishes: dict[str, Mapping[str, Any]] = {}
    for decision in decisions:
        facts = decision.get("facts") or {}
        service = facts.get("service")
        if not service:
            continue
        before = wishes.pop(service, None)
        wishes[service] = _wish(facts, before if before and before["state"] == "unfinished" else {})
    return list(wishes.values())


def _wish(facts: Mapping[str, Any], before: Mapping[str, Any]) -> Mapping[str, Any]:
    """A question in between says nothing of what was answered before it."""
    number = facts.get("order_number") or before.get("order_number")
    return {
        "service": facts["service"],
        **({"order_number": number} if number else {}),
        "answers": list(facts["collected"] if "collected" in facts else before.get("answers", [])),
        "state": next((state for state, fact in _STATES.items() if facts.get(fact)), "unfinished"),
    }
