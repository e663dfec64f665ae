"""Whether a message is about anything the training examples are about, learnt from those examples alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.messages_view import View
from bot.nlu.ngrams import shape
from bot.nlu.ranker import centred


@dataclass(frozen=True)
class Memory:
    """The training messages of every class, to compare a new message with. Rows are sorted by class."""

    dense: np.ndarray
    sparse: csr_matrix
    starts: np.ndarray
    vocabulary: frozenset[str]

    @classmethod
    def of(cls, view: View, labels: np.ndarray, classes: int, mean: np.ndarray) -> Memory:
        order = np.argsort(labels, kind="stable")
        starts = np.searchsorted(labels[order], np.arange(classes + 1))
        vocabulary = frozenset(shape(word) for words in view.words for word in words)
        return cls(centred(view.dense, mean)[order], view.sparse[order], starts, vocabulary)

    def nearest(self, dense: np.ndarray, sparse: csr_matrix, label: int) -> float:
        """Likeness 0..1 to the nearest example of a class: the mean of both views' cosines; ``dense`` is centred."""
        rows = slice(int(self.starts[label]), int(self.starts[label + 1]))
        if rows.start == rows.stop:
            return 0.0
        views = []
        if self.dense.shape[1]:
            views.append(float((self.dense[rows] @ dense).max()))
        if self.sparse.shape[1]:
            views.append(float((self.sparse[rows] @ sparse.T).max()))
        return max(0.0, sum(views) / len(views)) if views else 0.0

    def known_share(self, words: list[str]) -> float:
        """The share of a message's words that some training message has; weighted by length, 0 for none at all."""
        total = sum(map(len, words))
        return sum(len(word) for word in words if shape(word) in self.vocabulary) / total if total else 0.0
