"""From evidence to a probability, learnt from the articles' own questions.

Each question is put to the search without itself: its own article is then a right answer. Put without its
whole article, whatever comes out is a wrong answer, and so is anything found for a background sentence. A
logistic regression between right and wrong gives the score its meaning: at 0.5 both are equally likely,
when customers ask as ``SHARES`` assumes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from kb.index import Evidence, Index

LEAST_QUESTIONS = 30
MOST_QUESTIONS = 300
MOST_ELSEWHERE = 200
SHARES = (0.6, 0.15, 0.25)
"""Assumed parts of what customers ask: answered by an article, about the shop but in no article, about other things."""

Example = tuple[float, float]


@dataclass(frozen=True)
class Calibration:
    """Logit = votes × the neighbourhood's preference over the background + lexical × coverage + bias."""

    votes: float = 5.0
    lexical: float = 1.0
    bias: float = -0.2
    # The defaults serve folders with too few questions to learn from; they are near what the demo shop's articles give.

    def logit(self, votes: np.ndarray, lexical: np.ndarray) -> np.ndarray:
        combined: np.ndarray = self.votes * votes + self.lexical * lexical + self.bias
        return combined

    def as_json(self) -> list[float]:
        return list(astuple(self))


def calibrate(index: Index) -> Calibration:
    """Learn the calibration of this index; the default where it has too few questions or articles."""
    rows = np.flatnonzero(np.asarray(index.question))
    if len(rows) < LEAST_QUESTIONS or len(index.slugs) < 3:
        return Calibration()
    if len(rows) > MOST_QUESTIONS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_QUESTIONS, replace=False))
    # Small matrices: handing their parts to other cores costs more than it gains.
    with threadpool_limits(limits=1, user_api="blas"):
        right, absent = _about_the_shop(index, rows)
        kinds = (right, absent, list(_elsewhere(index)))
    sizes = [len(kind) for kind in kinds]
    weights = np.repeat([share * len(rows) / size for share, size in zip(SHARES, sizes, strict=True)], sizes)
    model = LogisticRegression(C=100.0).fit(np.concatenate(kinds), np.repeat([1, 0, 0], sizes), sample_weight=weights)
    (votes, lexical), bias = model.coef_[0], model.intercept_[0]
    return Calibration(float(votes), float(max(0.0, lexical)), float(bias))


def _about_the_shop(index: Index, rows: np.ndarray) -> tuple[list[Example], list[Example]]:
    """For each question its own article, found without the question; and what is found without the whole article."""
    right, absent = [], []
    for row in rows.tolist():
        slug = int(index.slug_of[row])
        vector = index.dense.vectors(np.array([row]))[0]
        asked = index.postings.ask(index.text_of_row(row))
        found = index.look(vector, asked, hidden=np.array([row]), further=[slug])
        place = int(np.searchsorted(found.slugs, slug))
        right.append((float(found.votes[place]), float(found.lexical[place])))
        absent.append(_best(index.look(vector, asked, hidden=index.rows_of([slug]))))
    return right, absent


def _elsewhere(index: Index) -> Iterator[Example]:
    """What is found for each sentence of the background, without that sentence."""
    from kb.index import background

    texts, vectors = background(), index.background_vectors()
    step = max(1, len(texts) // MOST_ELSEWHERE)
    for place in range(0, len(texts), step):
        text, vector = texts[place], vectors[place]
        yield _best(index.look(vector, index.postings.ask(text), silent=place))


def _best(found: Evidence) -> Example:
    best = int(np.argmax(found.votes))
    return float(found.votes[best]), float(found.lexical[best])
