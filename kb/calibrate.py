"""From evidence to a probability, learnt from the articles' own questions.

Each question is put to the search without itself: its own article is then a right answer. Put without its
whole article, whatever comes out is a wrong answer, and so is anything found for a background sentence. A
logistic regression between right and wrong gives the score its meaning: at 0.5 both are equally likely,
when customers ask as ``SHARES`` assumes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from kb.classify import Fit
from kb.index import Index, background

LEAST_QUESTIONS = 30
MOST_QUESTIONS = 2000
SHARES = (0.6, 0.15, 0.25)
"""Assumed parts of what customers ask: answered by an article, about the shop but in no article, about other things."""

Example = tuple[float, float]


@dataclass(frozen=True)
class Calibration:
    """Logit = votes × the classifier's preference over the background + lexical × coverage + bias."""

    votes: float = 5.0
    lexical: float = 1.0
    bias: float = -0.2
    # The defaults serve folders with too few questions to learn from; they are near what the demo shop's articles give.

    def logit(self, votes: np.ndarray, lexical: np.ndarray) -> np.ndarray:
        combined: np.ndarray = self.votes * votes + self.lexical * lexical + self.bias
        return combined


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
    right, absent = _about_the_shop(index, fit, set(rows.tolist()))
    kinds = (right, absent, _elsewhere(index, fit))
    sizes = [len(kind) for kind in kinds]
    weights = np.repeat([share * len(rows) / size for share, size in zip(SHARES, sizes, strict=True)], sizes)
    model = LogisticRegression(C=100.0).fit(np.concatenate(kinds), np.repeat([1, 0, 0], sizes), sample_weight=weights)
    (votes, lexical), bias = model.coef_[0], model.intercept_[0]
    return Calibration(float(votes), float(max(0.0, lexical)), float(bias))


def _about_the_shop(index: Index, fit: Fit, questions: set[int]) -> tuple[list[Example], list[Example]]:
    """For each question its own article, found without the question; and what is found without the whole article."""
    right, absent = [], []
    for slug in range(len(index.slugs)):
        whole = np.flatnonzero(index.slug_of == slug)
        for row, others in zip(whole.tolist(), preference(fit.without(whole)), strict=True):
            if row not in questions:
                continue
            lexical = index.lexical.scores(index.passages[row].text)
            own = float(preference(fit.without(np.array([row])))[0, slug])
            others[slug] = -np.inf
            absent.append(_best(index, others, lexical))
            right.append((own, float(lexical[whole[whole != row]].max(initial=0.0))))
    return right, absent


def _elsewhere(index: Index, fit: Fit) -> list[Example]:
    """What is found for each sentence of the background, without that sentence."""
    first = len(index.passages)
    votes = [preference(fit.without(np.array([first + place])))[0] for place in range(len(background()))]
    return [_best(index, vote, index.lexical.scores(text)) for vote, text in zip(votes, background(), strict=True)]


def _best(index: Index, votes: np.ndarray, lexical: np.ndarray) -> Example:
    best = int(np.argmax(votes))
    return float(votes[best]), float(index.best_by_slug(lexical)[best])
