"""Which article a sentence is about: ridge regression with a Gaussian kernel from sentence vectors to articles.

Every passage of an article votes for it, weighed against all others, where the nearest passage alone would
decide by chance. One further class, the background, holds what no article answers.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

# Chosen by leaving out each question of the demo shop's articles in turn; both may be halved or doubled without harm.
SHARPNESS = 2.0
SHRINKAGE = 0.5
MOST_LANDMARKS = 2000
"""Larger folders are fitted on a sample of so many passages (Nyström), which keeps the start within seconds."""

_JITTER = 1e-6


class Classifier:
    """Scores of all classes for a vector. The classes are numbered as ``Fit`` was given them."""

    def __init__(self, landmarks: np.ndarray, readout: np.ndarray) -> None:
        self._landmarks = landmarks.astype(np.float32)
        self._readout = readout.astype(np.float32)

    def scores(self, vector: np.ndarray) -> np.ndarray:
        """(classes,) for a unit vector; about 1 where it repeats a class's passages, about 0 elsewhere."""
        found: np.ndarray = _kernel(vector[None], self._landmarks)[0] @ self._readout
        return found


class Fit:
    """The regression, needed only while the search is built: it also knows what it would say without some rows."""

    def __init__(self, vectors: np.ndarray, labels: np.ndarray, classes: int) -> None:
        """``vectors`` (n, size) of unit length, ``labels`` (n,) from 0 to ``classes`` − 1."""
        landmarks = _landmarks(vectors)
        own = _kernel(landmarks, landmarks).astype(np.float64)
        root = np.linalg.cholesky(own + _JITTER * np.eye(len(landmarks)))
        self._features = solve_triangular(root, _kernel(landmarks, vectors), lower=True).T
        self._targets = np.eye(classes)[labels]
        precision = np.linalg.inv(self._features.T @ self._features + SHRINKAGE * np.eye(len(landmarks)))
        self._pulls = self._features @ precision
        weights = self._pulls.T @ self._targets
        self._fitted = self._features @ weights
        self.classifier = Classifier(landmarks, solve_triangular(root.T, weights, lower=False))

    def without(self, rows: np.ndarray) -> np.ndarray:
        """(rows, classes): the scores of these rows had none of them been there; exact, nothing is fitted again."""
        influence = self._pulls[rows] @ self._features[rows].T
        rest = self._fitted[rows] - influence @ self._targets[rows]
        left: np.ndarray = np.linalg.solve(np.eye(len(rows)) - influence, rest)
        return left


def _landmarks(vectors: np.ndarray) -> np.ndarray:
    if len(vectors) <= MOST_LANDMARKS:
        return vectors
    return vectors[np.random.default_rng(0).choice(len(vectors), MOST_LANDMARKS, replace=False)]


def _kernel(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """exp(−sharpness · distance² / 2) of unit vectors."""
    values: np.ndarray = np.exp(SHARPNESS * (left @ right.T - 1))
    return values
