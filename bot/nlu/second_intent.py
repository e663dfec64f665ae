"""The second of two requests in one message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.nlu.intent_model import Verdict

# Most messages of several clauses ask for one thing and give the reason: both clauses must be sure of themselves.
_SURE = 0.9
# After "also" another request is to be expected.
_SURE_WHEN_ANNOUNCED = 0.75
# The message as a whole must remind of it as well.
_AMONG_FIRST = 3


@dataclass(frozen=True)
class Part:
    """One clause of a message, judged alone; ``text`` as the customer wrote it."""

    text: str
    announced: bool
    verdict: Verdict

    @property
    def intent(self) -> str:
        return self.verdict.ranking[0][0]


@dataclass(frozen=True)
class SecondIntent:
    intent: str
    confidence: float
    text: str


def second_intent(whole: Verdict, parts: Sequence[Part], never: Collection[str]) -> SecondIntent | None:
    """What one clause asks for beyond the message's own intent, which another clause must ask for; or None.

    ``never``: intents that are no requests (a greeting before a question).
    """
    if whole.refused or not parts:
        return None
    first = whole.ranking[0][0]
    if not any(part.intent == first and part.verdict.confidence >= _SURE for part in parts):
        return None
    possible = {intent for intent, _ in whole.ranking[:_AMONG_FIRST]} - {first, *never}
    asking = [part for part in parts if part.intent in possible and _is_sure(part)]
    if not asking:
        return None
    best = max(asking, key=lambda part: part.verdict.confidence)
    return SecondIntent(best.intent, best.verdict.confidence, best.text)


def _is_sure(part: Part) -> bool:
    least = _SURE_WHEN_ANNOUNCED if part.announced else _SURE
    return not part.verdict.refused and part.verdict.confidence >= least
