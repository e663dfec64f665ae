"""How much a message is like the training messages, by its meaning and by its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.nlu.codes import has_digit
from bot.nlu.messages_view import View
from bot.nlu.nearest import Nearest
from lang.tokenize import is_han

_SHRINKAGE = 0.2
_LONGEST = 8
_HARDLY = 0.02


@dataclass(frozen=True)
class Familiarity:
    """Gaussians in the encoder's space: one around each class, with one shape for all, and one around everything.

    ``centres`` [classes, d]; ``within`` and ``overall`` are inverse covariances [d, d]; ``examples`` [messages, d] and
    ``vocabulary`` are the training messages' vectors and words.
    """

    centres: np.ndarray
    mean: np.ndarray
    within: np.ndarray
    overall: np.ndarray
    examples: np.ndarray
    vocabulary: frozenset[str]

    @classmethod
    def learn(cls, view: View, labels: np.ndarray) -> Familiarity:
        """``labels`` are class numbers; classes without an example have no centre."""
        classes, rows = np.unique(labels, return_inverse=True)
        centres = np.stack([view.dense[rows == row].mean(axis=0) for row in range(len(classes))])
        mean = view.dense.mean(axis=0)
        return cls(
            centres,
            mean,
            _inverse_covariance(view.dense - centres[rows]),
            _inverse_covariance(view.dense - mean),
            view.dense,
            frozenset(word for words in view.words for word in words if not has_digit(word)),
        )

    def of_meaning(self, dense: np.ndarray) -> np.ndarray:
        """Relative Mahalanobis distance, turned round: how much better the nearest class explains a vector than
        the whole does. [messages], higher is more familiar. Plain distance would only find unusual sentences."""
        whole = _squared_lengths(dense - self.mean, self.overall)
        # (x - c)'M(x - c), multiplied out: one product with M for all classes instead of one for each.
        projected = dense @ self.within
        own = (projected * dense).sum(axis=1)
        away = own[:, None] - 2 * projected @ self.centres.T + self._centre_lengths
        familiar: np.ndarray = whole - away.min(axis=1)
        return familiar

    @cached_property
    def _centre_lengths(self) -> np.ndarray:
        return _squared_lengths(self.centres, self.within)

    def of_sentence(self, dense: np.ndarray) -> np.ndarray:
        """The cosine to the nearest training message of any class, [messages]."""
        # One by one: a product of many rows at once may round differently, and a verdict must not depend on company.
        return np.array([self.nearest.product(row) for row in dense], np.float32)

    @cached_property
    def nearest(self) -> Nearest:
        """The training messages, to find the nearest among; made at the first need (a tenth of a second)."""
        return Nearest.of(self.examples)

    def of_words(self, words: Sequence[str]) -> float:
        """The share of a message's words, by length, that some training message has. Numbers and codes do not count,
        nor do words of a script that the training messages hardly write: one language is understood from the other.

        1 for a message without a word that counts.
        """
        counting = [word for word in words if not has_digit(word) and self._scripts[is_han(word)]]
        lengths = [(min(len(word), _LONGEST), word in self.vocabulary) for word in counting]
        total = sum(length for length, _ in lengths)
        return sum(length for length, known in lengths if known) / total if total else 1.0

    @cached_property
    def _scripts(self) -> dict[bool, bool]:
        """Whether the training messages write Chinese (True) and others (False)."""
        chinese = sum(map(is_han, self.vocabulary)) / max(1, len(self.vocabulary))
        return {True: chinese > _HARDLY, False: 1 - chinese > _HARDLY}


def _inverse_covariance(moved: np.ndarray) -> np.ndarray:
    """Shrunk towards a sphere, so that few examples are enough."""
    size = moved.shape[1]
    covariance = moved.T @ moved / max(1, len(moved))
    spread = max(float(np.trace(covariance)) / max(1, size), 1e-6)
    inverse: np.ndarray = np.linalg.inv((1 - _SHRINKAGE) * covariance + _SHRINKAGE * spread * np.eye(size))
    return inverse.astype(np.float32)


def _squared_lengths(rows: np.ndarray, metric: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = ((rows @ metric) * rows).sum(axis=1)
    return lengths
