"""Linear classifiers over one view of the messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC


@dataclass(frozen=True)
class LinearHead:
    """``weights`` [features, classes] and ``bias`` [classes], both float32."""

    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def dense(cls, rows: np.ndarray, labels: np.ndarray, classes: int, *, strength: float) -> LinearHead:
        """Multinomial logistic regression; ``labels`` are class numbers, ``strength`` is scikit-learn's C."""
        model = LogisticRegression(C=strength, multi_class="multinomial", tol=1e-3, max_iter=200)
        return cls._fit(model, rows, labels, classes)

    @classmethod
    def sparse(cls, rows: csr_matrix, labels: np.ndarray, classes: int, *, strength: float) -> LinearHead:
        """One support vector machine a class: as accurate here as logistic regression, and thirty times faster."""
        return cls._fit(LinearSVC(C=strength, tol=1e-2, random_state=0), rows, labels, classes)

    @classmethod
    def _fit(cls, model: Any, rows: np.ndarray | csr_matrix, labels: np.ndarray, classes: int) -> LinearHead:
        head = cls(np.zeros((rows.shape[1], classes), np.float32), np.zeros(classes, np.float32))
        present = np.unique(labels)
        if len(present) < 2 or rows.shape[1] == 0:
            return head
        model.fit(rows, labels)
        weights, bias = model.coef_, model.intercept_
        if len(present) == 2:
            # For two classes scikit-learn keeps one direction; half of it to each side says the same.
            weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        # A class without an example (possible in a cross-validation fold) must never win.
        head.bias[:] = -1e3
        head.weights[:, present] = weights.T
        head.bias[present] = bias
        return head

    def scores(self, rows: np.ndarray | csr_matrix) -> np.ndarray:
        """[rows, classes], higher is likelier."""
        scores: np.ndarray = np.asarray(rows @ self.weights) + self.bias
        return scores


def softmax(scores: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: np.ndarray = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities
