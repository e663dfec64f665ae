"""How far to trust a prediction, and from where on to refuse it; learnt from the training examples alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

# Familiar meaning, sureness of the ranker, familiar words, a familiar sentence: together they tell foreign messages
# from our own better than any alone. Weights learnt from left-out intents did worse: those are foreign differently.
_WEIGHTS = np.array([1.0, 0.5, 0.5, 0.5])


@dataclass(frozen=True)
class Guard:
    """Calibrated on messages that the model had not seen.

    ``centre`` and ``spread`` of each kind of evidence; ``slope`` and ``offset`` of the logistic curve from the summed
    evidence to the probability that the first intent is right; ``threshold`` on that probability.
    """

    centre: tuple[float, ...]
    spread: tuple[float, ...]
    slope: float
    offset: float
    threshold: float

    @classmethod
    def learn(cls, evidence: np.ndarray, right: np.ndarray, false_refusals: float) -> Guard:
        """``evidence`` [messages, 4] of unseen messages, ``right`` whether their first intent was the true one.

        ``false_refusals``: the share of the rightly understood ones that may be refused (of the others none is a loss).
        """
        if not len(evidence):
            return cls((0.0,) * 4, (1.0,) * 4, 1.0, 0.0, 0.0)
        spread = evidence.std(axis=0)
        centre, spread = evidence.mean(axis=0), np.where(spread > 1e-9, spread, 1.0)
        sums = ((evidence - centre) / spread) @ _WEIGHTS
        slope, offset = _logistic_curve(sums, right)
        understood = sums[right] if right.any() else sums
        threshold = float(np.quantile(_probability(understood, slope, offset), false_refusals))
        return cls(tuple(centre.tolist()), tuple(spread.tolist()), slope, offset, threshold)

    def confidence(self, evidence: np.ndarray) -> np.ndarray:
        """[messages], 0..1."""
        sums = ((evidence - np.array(self.centre)) / np.array(self.spread)) @ _WEIGHTS
        return _probability(sums, self.slope, self.offset)

    def facts(self) -> dict[str, Any]:
        """JSON-able; ``Guard(**facts)`` makes it again."""
        return asdict(self)


def _logistic_curve(sums: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    if right.all() or not right.any():
        return 1.0, 0.0
    model = LogisticRegression(C=100.0).fit(sums[:, None], right)
    # More evidence must never mean less trust, even where a handful of examples says so.
    return max(float(model.coef_[0, 0]), 0.1), float(model.intercept_[0])


def _probability(sums: np.ndarray, slope: float, offset: float) -> np.ndarray:
    probability: np.ndarray = 1 / (1 + np.exp(-(slope * sums + offset)))
    return probability
