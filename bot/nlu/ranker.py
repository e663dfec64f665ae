"""Scores every intent for a message: a sparse head and a dense head, added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.nlu.alignment import Alignment
from bot.nlu.linear_head import LinearHead
from bot.nlu.messages_view import View

_SPARSE_STRENGTH = 1.0
_DENSE_STRENGTH = 10.0
# The counts are worth more the more examples there are to count; which of these, held-back messages tell.
SPARSE_SHARES = (0.3, 0.6, 1.25, 2.0)


# An intent with fewer examples than this in a message's script is unknown to the counts, and at a disadvantage with the
# dense head: others' examples are all it saw of that language. What makes up for it, on the scale of each head: the
# score that a message's true intent seldom falls below, and log-odds.
_ENOUGH = 6
_SPARSE_WHEN_LACKING = -0.4
_DENSE_WHEN_LACKING = 2.0


@dataclass(frozen=True)
class Ranker:
    """``lacking`` [2, classes], 0..1: how far a class wants examples in other than Chinese characters, and in Chinese.

    ``sparse_share`` multiplies the sparse head's scores.
    """

    alignment: Alignment
    sparse: LinearHead
    dense: LinearHead
    lacking: np.ndarray
    sparse_share: float = 1.0

    @classmethod
    def fit(cls, view: View, labels: np.ndarray, classes: int) -> Ranker:
        """``labels`` are class numbers below ``classes``."""
        alignment = Alignment.learn(view.dense, view.chinese, labels)
        aligned = alignment.aligned(view.dense, view.chinese)
        return cls(
            alignment,
            LinearHead.sparse(view.sparse, labels, classes, strength=_SPARSE_STRENGTH),
            LinearHead.dense(aligned, labels, classes, strength=_DENSE_STRENGTH),
            _lacking(view.chinese, labels, classes),
        )

    def scores(self, view: View) -> np.ndarray:
        """[messages, classes]: log-odds up to a factor and a constant a row."""
        sparse, dense = self.apart(view)
        scores: np.ndarray = self.sparse_share * sparse + dense
        return scores

    def apart(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """The scores of the sparse and of the dense head, each [messages, classes]."""
        lacking = self.lacks(view)
        sparse = self.sparse.scores(view.sparse)
        dense = self.dense.scores(self.alignment.aligned(view.dense, view.chinese))
        return sparse + lacking * (_SPARSE_WHEN_LACKING - sparse), dense + lacking * _DENSE_WHEN_LACKING

    def lacks(self, view: View) -> np.ndarray:
        """[messages, classes], 0..1: how far each class wants examples in the message's script."""
        lacking: np.ndarray = self.lacking[view.chinese.astype(int)]
        return lacking


def _lacking(chinese: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Nothing is lacking where all classes have few examples: only the unequal is unfair."""
    counts = np.array([np.bincount(labels[chinese == script], minlength=classes) for script in (False, True)])
    usual = np.minimum(np.median(counts, axis=1, keepdims=True), _ENOUGH)
    lacking: np.ndarray = np.clip(1 - counts / np.maximum(usual, 1), 0, 1) * (usual > 0)
    return lacking.astype(np.float32)
