"""From evidence to a probability, learnt from the articles' own questions.

Each question is put to the index without itself. Its own article is then a right answer; the best
other article is the wrong answer that would be given if its own did not exist. A logistic
regression between the two gives the score its meaning: at 0.5 right and wrong are equally likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from kb.index import Evidence, Index

LEAST_QUESTIONS = 30
MOST_QUESTIONS = 2000


@dataclass(frozen=True)
class Calibration:
    """Logit = dense × cosine + lexical × coverage + bias."""

    dense: float = 9.0
    lexical: float = 2.0
    bias: float = -5.0
    # The defaults serve folders with too few questions to learn from; they are near what the demo shop's articles give.

    def logit(self, dense: np.ndarray, lexical: np.ndarray) -> np.ndarray:
        combined: np.ndarray = self.dense * dense + self.lexical * lexical + self.bias
        return combined


def best_by_slug(index: Index, values: np.ndarray, without: int | None = None) -> np.ndarray:
    """The best passage's value for each slug; ``without`` leaves one passage out."""
    kept = values.copy()
    if without is not None:
        kept[without] = -np.inf
    best = np.full(len(index.slugs), -np.inf, np.float32)
    np.maximum.at(best, index.slug_of, kept)
    return best


def calibrate(index: Index) -> Calibration:
    """Learn the calibration of this index; the default where it has too few questions or a single article."""
    rows = np.flatnonzero(~index.is_section)
    if len(rows) < LEAST_QUESTIONS or len(index.slugs) < 3:
        return Calibration()
    if len(rows) > MOST_QUESTIONS:
        rows = np.random.default_rng(0).choice(rows, MOST_QUESTIONS, replace=False)
    features, right = [], []
    for row in rows:
        for example, label in _examples(index, int(row), index.evidence_of_passage(int(row))):
            features.append(example)
            right.append(label)
    model = LogisticRegression(C=10.0, class_weight="balanced").fit(np.array(features), np.array(right))
    (dense, lexical), bias = model.coef_[0], model.intercept_[0]
    return Calibration(float(dense), float(max(0.0, lexical)), float(bias))


def _examples(index: Index, row: int, evidence: Evidence) -> list[tuple[tuple[float, float], int]]:
    dense = best_by_slug(index, evidence.dense, without=row)
    lexical = best_by_slug(index, evidence.lexical, without=row)
    own = index.slug_of[row]
    examples = []
    if np.isfinite(dense[own]):
        examples.append(((float(dense[own]), float(lexical[own])), 1))
    dense[own] = -np.inf
    other = int(np.argmax(dense))
    if np.isfinite(dense[other]):
        examples.append(((float(dense[other]), float(lexical[other])), 0))
    return examples
