"""Scores every intent for a message: a sparse head and a dense head, added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.nlu.linear_head import LinearHead
from bot.nlu.messages_view import View

_SPARSE_STRENGTH = 1.0
_DENSE_STRENGTH = 10.0
# The counts are worth more the more examples there are to count; which of these, held-back messages tell.
SPARSE_SHARES = (0.3, 0.6, 1.25, 2.0)


@dataclass(frozen=True)
class Ranker:
    """``mean`` is the training messages' average vector: without it all sentences of the encoder look alike.

    ``sparse_share`` multiplies the sparse head's scores.
    """

    mean: np.ndarray
    sparse: LinearHead
    dense: LinearHead
    sparse_share: float = 1.0

    @classmethod
    def fit(cls, view: View, labels: np.ndarray, classes: int) -> Ranker:
        """``labels`` are class numbers below ``classes``."""
        mean = view.dense.mean(axis=0) if len(view) else np.zeros(view.dense.shape[1], np.float32)
        return cls(
            mean,
            LinearHead.sparse(view.sparse, labels, classes, strength=_SPARSE_STRENGTH),
            LinearHead.dense(centred(view.dense, mean), labels, classes, strength=_DENSE_STRENGTH),
        )

    def scores(self, view: View) -> np.ndarray:
        """[messages, classes]: log-odds up to a factor and a constant a row."""
        sparse, dense = self.apart(view)
        scores: np.ndarray = self.sparse_share * sparse + dense
        return scores

    def apart(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """The scores of the sparse and of the dense head, each [messages, classes]."""
        return self.sparse.scores(view.sparse), self.dense.scores(centred(view.dense, self.mean))


def centred(dense: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Vectors minus the mean, of length 1 again."""
    moved = dense - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    unit: np.ndarray = moved / np.maximum(lengths, 1e-9)
    return unit
