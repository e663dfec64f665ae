"""From evidence to a probability, learnt from the articles' own questions.

Each question is put to the search without itself: its own article is then a right answer. Put without its
whole article, whatever comes out is a wrong answer, and so is anything found for a background sentence. A
logistic regression between right and wrong gives the score its meaning: at 0.5 both are equally likely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from kb.classify import Fit
from kb.index import Index, background

LEAST_QUESTIONS = 30
MOST_QUESTIONS = 2000

Example = tuple[float, float]


@dataclass(frozen=True)
class Calibration:
    """Logit = votes × the classifier's preference over the background + lexical × coverage + bias."""

    votes: float = 12.0
    lexical: float = 0.5
    bias: float = -1.5
    # The defaults serve folders with too few questions to learn from; they are near what the demo shop's articles give.

    def logit(self, votes: np.ndarray, lexical: np.ndarray) -> np.ndarray:
        combined: np.ndarray = self.votes * votes + self.lexical * lexical + self.bias
        return combined


def best_by_slug(index: Index, values: np.ndarray, without: int | None = None) -> np.ndarray:
    """The best passage's value for each slug; ``without`` leaves one passage out."""
    kept = values.copy()
    if without is not None:
        kept[without] = 0.0
    best = np.zeros(len(index.slugs), np.float32)
    np.maximum.at(best, index.slug_of, kept)
    return best


def preference(scores: np.ndarray) -> np.ndarray:
    """How much each article is preferred to the background, which is the last class."""
    preferred: np.ndarray = scores[..., :-1] - scores[..., -1:]
    return preferred


def calibrate(index: Index, fit: Fit) -> Calibration:
    """Learn the calibration of this index; the default where it has too few questions or a single article."""
    rows = np.flatnonzero(~index.is_section)
    if len(rows) < LEAST_QUESTIONS or len(index.slugs) < 3:
        return Calibration()
    if len(rows) > MOST_QUESTIONS:
        rows = np.random.default_rng(0).choice(rows, MOST_QUESTIONS, replace=False)
    right, absent, elsewhere = (
        list(_right(index, fit, rows)),
        list(_absent(index, fit, rows)),
        list(_elsewhere(index, fit)),
    )
    examples = np.array(right + absent + elsewhere)
    labels = np.repeat([1, 0, 0], [len(right), len(absent), len(elsewhere)])
    # The two kinds of wrong answers count alike, and together as much as the right ones, whatever their numbers.
    weights = np.repeat(
        [2 / len(right), 1 / len(absent), 1 / len(elsewhere)], [len(right), len(absent), len(elsewhere)]
    )
    model = LogisticRegression(C=100.0).fit(examples, labels, sample_weight=weights * len(right))
    (votes, lexical), bias = model.coef_[0], model.intercept_[0]
    return Calibration(float(votes), float(max(0.0, lexical)), float(bias))


def _right(index: Index, fit: Fit, rows: np.ndarray) -> Iterator[Example]:
    """Each question's own article, as found without the question."""
    for row in rows:
        own = index.slug_of[row]
        votes = preference(fit.without(np.array([row])))[0]
        lexical = best_by_slug(index, index.lexical.scores(index.passages[row].text), without=int(row))
        yield float(votes[own]), float(lexical[own])


def _absent(index: Index, fit: Fit, rows: np.ndarray) -> Iterator[Example]:
    """What would be found for each question if its article did not exist."""
    for slug in range(len(index.slugs)):
        whole = np.flatnonzero(index.slug_of == slug)
        for row, votes in zip(whole, preference(fit.without(whole)), strict=True):
            if row in rows:
                votes[slug] = -np.inf
                yield _best(index, votes, index.passages[row].text)


def _elsewhere(index: Index, fit: Fit) -> Iterator[Example]:
    """What is found for each sentence of the background, without that sentence."""
    for place, text in enumerate(background()):
        votes = preference(fit.without(np.array([len(index.passages) + place])))[0]
        yield _best(index, votes, text)


def _best(index: Index, votes: np.ndarray, text: str) -> Example:
    best = int(np.argmax(votes))
    return float(votes[best]), float(best_by_slug(index, index.lexical.scores(text))[best])
