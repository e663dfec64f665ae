"""How far to trust a prediction, and from where on to refuse it; learnt from the training examples alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

# Familiar meaning, sureness of the ranker, familiar words, a familiar sentence: together they tell foreign messages
# from our own better than any alone. Weights learnt from left-out intents did worse: those are foreign differently.
_WEIGHTS = np.array([1.0, 0.5, 0.5, 0.75])
_KINDS = len(_WEIGHTS)
_MANY_WORDS = 80
# The models that judged the held-back messages had learnt from fewer examples than the one that serves: its odds of
# being right are better by about this factor's logarithm, with few examples and with many.
_SERVED_BY_A_BETTER_MODEL = 0.5


def circumstances(messages: Sequence[Sequence[str]]) -> np.ndarray:
    """[messages, 3] from their words: 1, the share of other than Latin letters, the logarithm of the length.

    Every kind of evidence is usually lower in long messages, and in one script lower than in the other.
    """
    rows = []
    for words in messages:
        total = sum(map(len, words))
        other = sum(len(word) for word in words if not word.isascii())
        rows.append((1.0, other / total if total else 0.0, np.log1p(min(len(words), _MANY_WORDS))))
    return np.array(rows).reshape(-1, 3)


@dataclass(frozen=True)
class Guard:
    """Calibrated on messages that the model had not seen.

    ``usual`` [3][4] times a message's circumstances is the evidence to be expected; ``spread`` the standard deviation
    of what differs from it. ``slope`` and ``offset`` of the logistic curve from the summed differences to the
    probability that the first intent is right; ``threshold`` on that probability.
    """

    usual: tuple[tuple[float, ...], ...]
    spread: tuple[float, ...]
    slope: float = 1.0
    offset: float = 0.0
    threshold: float = 0.0

    @classmethod
    def learn(cls, evidence: np.ndarray, around: np.ndarray, right: np.ndarray, false_refusals: float) -> Guard:
        """``evidence`` [messages, 4] and circumstances of unseen messages; ``right``: their first intent was true.

        ``false_refusals``: the share of the rightly understood ones that may be refused (of the others none is a loss).
        """
        if not len(evidence):
            return cls(((0.0,) * _KINDS,) * 3, (1.0,) * _KINDS)
        usual = np.linalg.lstsq(around, evidence, rcond=None)[0]
        spread = (evidence - around @ usual).std(axis=0)
        spread = np.where(spread > 1e-6, spread, 1.0)
        draft = cls(tuple(map(tuple, usual.tolist())), tuple(spread.tolist()))
        slope, offset = _logistic_curve(draft._sums(evidence, around), right)
        offset += _SERVED_BY_A_BETTER_MODEL
        draft = cls(draft.usual, draft.spread, slope, offset)
        understood = right if right.any() else np.ones_like(right)
        confidences = draft.confidence(evidence[understood], around[understood])
        return cls(draft.usual, draft.spread, slope, offset, float(np.quantile(confidences, false_refusals)))

    def confidence(self, evidence: np.ndarray, around: np.ndarray, allowance: np.ndarray | float = 0.0) -> np.ndarray:
        """[messages], 0..1: the probability that the first intent is right. ``allowance`` [messages] is added to the
        summed differences, where less evidence than usual is to be expected."""
        sums = self._sums(evidence, around) + allowance
        confidence: np.ndarray = 1 / (1 + np.exp(-(self.slope * sums + self.offset)))
        return confidence

    def weighed(self, evidence: np.ndarray, around: np.ndarray) -> np.ndarray:
        """[messages, 4]: by how many standard deviations each kind differs from what is usual, times its weight."""
        weighed: np.ndarray = (evidence - around @ np.array(self.usual)) / np.array(self.spread) * _WEIGHTS
        return weighed

    def _sums(self, evidence: np.ndarray, around: np.ndarray) -> np.ndarray:
        sums: np.ndarray = self.weighed(evidence, around).sum(axis=1)
        return sums

    def facts(self) -> dict[str, Any]:
        """JSON-able; ``Guard(**facts)`` makes it again."""
        return asdict(self)


def _logistic_curve(sums: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    if right.all() or not right.any():
        return 1.0, 0.0
    model = LogisticRegression(C=100.0).fit(sums[:, None], right)
    # More evidence must never mean less trust, even where a handful of examples says so.
    return max(float(model.coef_[0, 0]), 0.1), float(model.intercept_[0])
