"""How much a message is like the training messages, by its meaning and by its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.messages_view import View
from bot.nlu.ngrams import shape

_SHRINKAGE = 0.2


@dataclass(frozen=True)
class Familiarity:
    """Gaussians in the encoder's space: one around each class, with one shape for all, and one around everything.

    ``centres`` [classes, d]; ``within`` and ``overall`` are inverse covariances [d, d]; ``vocabulary`` holds the
    training messages' words.
    """

    centres: np.ndarray
    mean: np.ndarray
    within: np.ndarray
    overall: np.ndarray
    vocabulary: frozenset[str]

    @classmethod
    def learn(cls, view: View, labels: np.ndarray) -> Familiarity:
        """``labels`` are class numbers; classes without an example have no centre."""
        classes, rows = np.unique(labels, return_inverse=True)
        centres = np.stack([view.dense[rows == row].mean(axis=0) for row in range(len(classes))])
        mean = view.dense.mean(axis=0)
        return cls(
            centres,
            mean,
            _inverse_covariance(view.dense - centres[rows]),
            _inverse_covariance(view.dense - mean),
            frozenset(shape(word) for words in view.words for word in words),
        )

    def of_meaning(self, dense: np.ndarray) -> np.ndarray:
        """Relative Mahalanobis distance, turned round: how much better the nearest class explains a vector than
        the whole does. [messages], higher is more familiar. Plain distance would only find unusual sentences."""
        whole = _squared_lengths(dense - self.mean, self.overall)
        away = np.stack([_squared_lengths(dense - centre, self.within) for centre in self.centres])
        familiar: np.ndarray = whole - away.min(axis=0)
        return familiar

    def of_words(self, words: Sequence[str]) -> float:
        """The share of a message's words, by length, that some training message has; 0 for no words at all."""
        total = sum(map(len, words))
        return sum(len(word) for word in words if shape(word) in self.vocabulary) / total if total else 0.0


def _inverse_covariance(moved: np.ndarray) -> np.ndarray:
    """Shrunk towards a sphere, so that few examples are enough."""
    size = moved.shape[1]
    covariance = moved.T @ moved / max(1, len(moved))
    spread = max(float(np.trace(covariance)) / max(1, size), 1e-6)
    inverse: np.ndarray = np.linalg.inv((1 - _SHRINKAGE) * covariance + _SHRINKAGE * spread * np.eye(size))
    return inverse.astype(np.float32)


def _squared_lengths(rows: np.ndarray, metric: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = ((rows @ metric) * rows).sum(axis=1)
    return lengths
