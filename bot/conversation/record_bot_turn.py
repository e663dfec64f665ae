"""A bot turn becomes one record: what is said, what is kept, and whether a human takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.collected import collected_so_far
from bot.conversation.compose import draft_of, sayable
from bot.conversation.decide_handoff import (
    Evidence,
    HandoffDecision,
    decide_handoff,
    explain_handoff,
    handoff_rule_in,
    misunderstood,
)
from bot.conversation.notices import TROUBLE
from bot.conversation.queue_words import Words, queue_words
from bot.messages import Author, BotTurn, Conversation, Delivery, Draft, Owner, StoredMessage, Utterance
from bot.ports import Parts, TurnRecord

QUESTION = "utter_ask_"
"""How the key of a form's question begins (Rasa's own convention)."""


async def record_of_bot_turn(
    parts: Parts, conversation: Conversation, message: StoredMessage, turn: BotTurn, payload: str | None
) -> TurnRecord:
    """The record of a turn that the bot may say aloud."""
    count = conversation.misunderstandings + 1 if misunderstood(turn) else 0
    asked = handoff_rule_in(payload or turn.facts.get("accepted"))
    evidence = Evidence(turn, message.id, message.text, count, asked)
    decision = decide_handoff(parts.handoff_rules, evidence)
    hands_over = decision is not None and decision.hands_over
    told = await queue_words(parts, conversation) if hands_over else None
    utterances = _utterances(parts, turn, decision, told)
    explained = explain(turn, decision)
    if hands_over:
        explained["collected"] = await collected_so_far(parts, conversation, explained)
    return TurnRecord(
        message=message,
        expected_version=conversation.version,
        drafts=[_draft(utterance, turn, message) for utterance in utterances],
        decision=explained,
        language=turn.language,
        mood=turn.understanding.mood,
        misunderstandings=count,
        fresh=False,
        new_owner=Owner.WAITING if hands_over else None,
        handoff=decision.handoff if decision and hands_over else None,
    )


def held_record(conversation: Conversation, message: StoredMessage, turn: BotTurn) -> TurnRecord:
    """A human took over while the bot was thinking: what it did and would have said, for the human's eyes only."""
    drafts = [
        draft_of(said, turn.language, author=Author.BOT, in_reply_to=message.id, delivery=Delivery.HELD)
        for said in turn.utterances
    ]
    return TurnRecord(
        message=message,
        expected_version=conversation.version,
        drafts=drafts,
        decision={**explain(turn, None), "held": True},
        mood=turn.understanding.mood,
    )


def explain(turn: BotTurn, decision: HandoffDecision | None) -> dict[str, Any]:
    """Why the bot said what it said (design, invariant 4); JSON-able, kept on the customer's message."""
    understanding = turn.understanding
    return {
        "responder": "bot",
        "intent": understanding.intent,
        "confidence": understanding.confidence,
        "ranking": [list(pair) for pair in understanding.ranking],
        "entities": [dict(entity) for entity in understanding.entities],
        "language": understanding.language,
        "mood": understanding.mood,
        "mood_words": list(understanding.mood_words),
        "rule": turn.rule,
        "actions": list(turn.actions),
        "effects": list(turn.effects),
        "facts": dict(turn.facts),
        "failed": turn.failed,
        "misunderstood": misunderstood(turn),
        "handoff": explain_handoff(decision) if decision else None,
    }


def _utterances(
    parts: Parts, turn: BotTurn, decision: HandoffDecision | None, told: Words | None
) -> Sequence[Utterance]:
    said = list(turn.utterances) if _keeps_reply(turn, decision) else []
    keys = list(decision.rule.say) if decision else []
    arguments: dict[str, Mapping[str, Any]] = {}
    if told is not None:
        # The bot's questions and buttons lead to a bot that does not answer any more.
        said = [replace(each, buttons=()) for each in said if not each.key.startswith(QUESTION)]
        keys.append(told[0])
        arguments = dict([told])
    elif turn.failed:
        keys.append(TROUBLE)
    for key in dict.fromkeys(keys):
        if all(utterance.key != key for utterance in said):
            said.extend(sayable(parts.responses, key, arguments.get(key, {})))
    return said


def _keeps_reply(turn: BotTurn, decision: HandoffDecision | None) -> bool:
    # What was changed in the shop's records is told in any case: a cancelled order must not stay a secret.
    if decision is None or turn.effects:
        return True
    # "Do you mean one of these", and then no button and a human: whom we pass on we ask nothing.
    return decision.rule.keep_reply and not (decision.hands_over and misunderstood(turn))


def _draft(utterance: Utterance, turn: BotTurn, message: StoredMessage) -> Draft:
    author = Author.SYSTEM if utterance.key.startswith("notice_") else Author.BOT
    return draft_of(utterance, turn.language, author=author, in_reply_to=message.id)
