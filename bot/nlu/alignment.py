"""Both languages' sentences laid over each other, so that one language teaches the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

# A mean of few messages is pulled towards that of all.
_FEW = 10
_LEAST_TO_PAIR = 3
_RIDGE = 1.0


@dataclass(frozen=True)
class Alignment:
    """The encoder's space is shared, but each language keeps to its own part of it: a classifier that sees an intent
    in one language only learns that whatever is written in the other is something else.

    ``means`` [2, d]: the average vector of messages in other than Chinese characters, and of those in Chinese: without
    it all sentences of the encoder look alike. ``turn`` [d, d] is what then moves others onto Chinese.
    """

    means: np.ndarray
    turn: np.ndarray

    @classmethod
    def learn(cls, dense: np.ndarray, chinese: np.ndarray, labels: np.ndarray) -> Alignment:
        """``chinese`` [messages] tells the script, ``labels`` the classes: where a class has examples in both, those
        nearest to each other are taken to mean the same."""
        size = dense.shape[1]
        overall = dense.mean(axis=0) if len(dense) else np.zeros(size)
        means = np.stack([_mean(dense[chinese == script], overall) for script in (False, True)]).astype(np.float32)
        plain = cls(means, np.zeros((size, size), np.float32))
        pairs = np.array(list(_pairs(plain.aligned(dense, chinese), chinese, labels)), int).reshape(-1, 2)
        target, source = dense[pairs[:, 0]] - means[1], dense[pairs[:, 1]] - means[0]
        # Regression towards "no turn at all": few pairs hardly turn anything.
        turn = np.linalg.solve(source.T @ source + _RIDGE * np.eye(size), source.T @ (target - source))
        return cls(means, turn.astype(np.float32))

    def aligned(self, dense: np.ndarray, chinese: np.ndarray) -> np.ndarray:
        """Vectors of length 1, [messages, d]."""
        moved = dense - self.means[chinese.astype(int)]
        if not chinese.all():
            moved = np.where(chinese[:, None], moved, moved + moved @ self.turn)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        unit: np.ndarray = (moved / np.maximum(lengths, 1e-9)).astype(np.float32)
        return unit


def _mean(rows: np.ndarray, overall: np.ndarray) -> np.ndarray:
    mean: np.ndarray = (rows.sum(axis=0) + _FEW * overall) / (len(rows) + _FEW)
    return mean


def _pairs(dense: np.ndarray, chinese: np.ndarray, labels: np.ndarray) -> Iterator[tuple[int, int]]:
    """(Chinese, other) row numbers of messages of one class that are each other's nearest."""
    for label in np.unique(labels):
        ours = [np.flatnonzero((labels == label) & (chinese == script)) for script in (True, False)]
        if min(map(len, ours)) < _LEAST_TO_PAIR:
            continue
        likeness = dense[ours[0]] @ dense[ours[1]].T
        nearest, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
        for row, column in enumerate(nearest):
            if back[column] == row:
                yield int(ours[0][row]), int(ours[1][column])
