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
SHARES = (0.5, 0.25, 0.25)
"""Assumed parts of what customers ask: answered by an article, about the shop but in no article, about other things."""

LEXICAL_SHARE = 0.2
"""What covered words count beside the votes. Not learnt: a question of the head shares fewer words with the rest of its
article than customers' questions do."""


@dataclass(frozen=True)
class Calibration:
    """Logit = slope × (votes preferred to the background + a share of the words covered) + bias."""

    slope: float = 10.0
    bias: float = 3.8
    # The defaults serve folders with too few titles and questions to learn from; found on small made-up ones.

    def logit(self, votes: np.ndarray, lexical: np.ndarray) -> np.ndarray:
        combined: np.ndarray = self.slope * (votes + LEXICAL_SHARE * lexical) + self.bias
        return combined

    def as_json(self) -> list[float]:
        return list(astuple(self))


def calibrate(index: Index) -> Calibration:
    """Learn the calibration of this index; the default where it has too few questions or articles."""
    rows = np.flatnonzero(np.asarray(index.kind) < 2)
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
    values = np.concatenate(kinds)[:, None]
    model = LogisticRegression(C=100.0).fit(values, np.repeat([1, 0, 0], sizes), sample_weight=weights)
    return Calibration(float(model.coef_[0, 0]), float(model.intercept_[0]))


def _about_the_shop(index: Index, rows: np.ndarray) -> tuple[list[float], list[float]]:
    """For each question its own article, found without the question; and what is found without the whole article."""
    right, absent = [], []
    for row in rows.tolist():
        slug = int(index.slug_of[row])
        vector = index.dense.vectors(np.array([row]))[0]
        asked = index.postings.ask(index.text_of_row(row))
        found = index.look(vector, asked, hidden=np.array([row]), further=[slug])
        place = int(np.searchsorted(found.slugs, slug))
        right.append(float(_loudness(found)[place]))
        absent.append(_best(index.look(vector, asked, hidden=index.rows_of([slug]))))
    return right, absent


def _elsewhere(index: Index) -> Iterator[float]:
    """What is found for each sentence of the background, without that sentence."""
    from kb.index import background

    texts = background()
    for place in range(0, len(index.heard), max(1, len(index.heard) // MOST_ELSEWHERE)):
        text, vector = texts[int(index.heard[place])], index.background[place]
        yield _best(index.look(vector, index.postings.ask(text), silent=place))


def _loudness(found: Evidence) -> np.ndarray:
    loud: np.ndarray = found.votes + LEXICAL_SHARE * found.lexical
    return loud


def _best(found: Evidence) -> float:
    return float(_loudness(found).max())
