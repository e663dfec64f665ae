"""Why a message was understood as it was: its words, the examples nearest to it, and the guard's evidence. No Rasa."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.nlu.intent_model import IntentModel
from bot.nlu.messages_view import View

explaining: ContextVar[bool] = ContextVar("explaining", default=False)
"""Whether components that are loaded now shall explain what they do; it costs time, so only when asked for."""

_NEAREST = 5
_MOST_WORDS = 8
# Below this share of the strongest a word's weight is noise.
_WORTH_TELLING = 0.02
_KINDS = ("meaning", "ranker", "words", "nearest example")
_SAYS = {
    "meaning": "its meaning is {} like one intent's examples than is usual for its length and script",
    "ranker": "the first intent stands {} clear of the others than usual",
    "words": "{} of its words are known from the examples than usual",
    "nearest example": "the nearest example is {} like it than usual",
}
_AS_USUAL = {
    "meaning": "its meaning is as like one intent's examples as is usual for its length and script",
    "ranker": "the first intent stands as clear of the others as usual",
    "words": "as many of its words are known from the examples as usual",
    "nearest example": "the nearest example is as like it as usual",
}
# In standard deviations, weighed.
_SMALL = 0.25


@dataclass(frozen=True)
class Examples:
    """The training messages, in the order of the model's vectors."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]


def explain(
    model: IntentModel, examples: Examples, view: View, placed: Sequence[tuple[int, Sequence[int]]]
) -> dict[str, Any]:
    """JSON-able. ``view`` of one message; ``placed``: columns of its counted features, with the numbers of the words
    each stands in."""
    verdict = model.judge(view)[0]
    first = verdict.ranking[0][0]
    second = verdict.ranking[1][0] if len(verdict.ranking) > 1 else None
    return {
        "instead_of": second,
        "words": _words(model, view, placed, first, second),
        "nearest": _nearest(model, examples, view.dense),
        "threshold": round(model.guard.threshold, 4),
        "evidence": _evidence(model, view),
    }


def _words(
    model: IntentModel, view: View, placed: Sequence[tuple[int, Sequence[int]]], first: str, second: str | None
) -> list[dict[str, Any]]:
    """What each word adds to the counts' score of the first intent against the second, the strongest first."""
    if second is None:
        return []
    one, other = model.intents.index(first), model.intents.index(second)
    head = model.ranker.sparse.weights
    values = dict(zip(view.sparse.indices.tolist(), view.sparse.data.tolist(), strict=True))
    times: dict[int, int] = {}
    for column, _ in placed:
        times[column] = times.get(column, 0) + 1
    weights = np.zeros(len(view.words[0]))
    for column, places in placed:
        told = values.get(column, 0.0) * float(head[column, one] - head[column, other]) * model.ranker.sparse_share
        weights[list(places)] += told / times[column] / len(places)
    strongest = np.abs(weights).max(initial=0.0)
    order = [place for place in np.argsort(-np.abs(weights)) if abs(weights[place]) > _WORTH_TELLING * strongest]
    return [{"word": view.words[0][place], "weight": round(float(weights[place]), 3)} for place in order[:_MOST_WORDS]]


def _nearest(model: IntentModel, examples: Examples, dense: np.ndarray) -> list[dict[str, Any]]:
    likeness = model.familiarity.examples @ dense[0]
    return [
        {"text": examples.texts[row], "intent": examples.intents[row], "likeness": round(float(likeness[row]), 3)}
        for row in np.argsort(-likeness, kind="stable")[:_NEAREST]
    ]


def _evidence(model: IntentModel, view: View) -> list[dict[str, Any]]:
    """Each kind's share in the trust, in standard deviations from what is usual; the first intent is more to be
    trusted the higher their sum."""
    told = []
    for kind, weight in zip(_KINDS, model.weighed_evidence(view)[0].tolist(), strict=True):
        comparison = "more" if weight > 0 else "less"
        if kind == "words":
            comparison = "more" if weight > 0 else "fewer"
        says = _AS_USUAL[kind] if abs(weight) < _SMALL else _SAYS[kind].format(comparison)
        told.append({"kind": kind, "weight": round(weight, 2), "says": says})
    return told
