"""How alike a few passages are in their words: cosines of the words' weights (tf-idf), for the regression in votes.py.

The lists in lexical.py say which passages hold a word; here, the other way round, lies which words a passage holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from kb.dense import ALL_UP_TO
from kb.lexical import Asked, Postings

LEAST_RARITY = float(np.log(4))
"""In a large library, words that more than a quarter of the articles hold are left out: they say little and cost most
of the time."""


@dataclass(frozen=True)
class WordRows:
    """The words (numbers in ``postings``) of each of n texts, and how often (255 at most): those of text i stand from
    ``starts[i]`` to ``starts[i + 1]``. ``unknown`` (n,) words of each stand in no article."""

    postings: Postings
    starts: np.ndarray
    words: np.ndarray
    counts: np.ndarray
    unknown: np.ndarray

    @classmethod
    def of_passages(cls, postings: Postings) -> WordRows:
        """Of every passage that ``postings`` lists."""
        number = len(postings.lengths)
        order = np.argsort(postings.rows, kind="stable")
        words = np.repeat(np.arange(len(postings.words), dtype=np.int32), np.diff(postings.starts))[order]
        starts = np.concatenate([[0], np.cumsum(np.bincount(postings.rows, minlength=number))])
        return cls(postings, starts, words, postings.counts[order], np.zeros(number, np.int32))

    @classmethod
    def of_texts(cls, postings: Postings, texts: Sequence[Sequence[str]]) -> WordRows:
        """Of other texts, given as their terms."""
        known, counts, unknown, starts = [], [], [], [0]
        for text in texts:
            counted = Counter(text)
            places = [(postings.words.place_of(term.encode()), count) for term, count in counted.items()]
            known += [place for place, _ in places if place >= 0]
            counts += [min(count, 255) for place, count in places if place >= 0]
            unknown.append(sum(place < 0 for place, _ in places))
            starts.append(len(known))
        return cls(
            postings,
            np.array(starts, np.int64),
            np.array(known, np.int32),
            np.array(counts, np.uint8),
            np.array(unknown, np.int32),
        )

    @classmethod
    def stored(cls, postings: Postings, arrays: Mapping[str, np.ndarray], name: str) -> WordRows:
        """As ``arrays`` gave it under this name."""
        parts = ("starts", "words", "counts", "unknown")
        return cls(postings, *(arrays[f"{name}_{part}"] for part in parts))

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        return {
            f"{name}_starts": self.starts,
            f"{name}_words": self.words,
            f"{name}_counts": self.counts,
            f"{name}_unknown": self.unknown,
        }

    def matrix(self, rows: np.ndarray) -> csr_matrix:
        """(rows, words) of unit length where all words of a text are known, else shorter."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        entries = np.repeat(self.starts[rows] - starts[:-1], sizes) + np.arange(starts[-1])
        words = self.words[entries]
        values = (1 + np.log(self.counts[entries].astype(np.float32))) * self.postings.rarity[words]
        owners = np.repeat(np.arange(len(rows)), sizes)
        squares = np.bincount(owners, values * values, minlength=len(rows)).astype(np.float64)
        squares += self.unknown[rows] * self.postings.rarity_of_none**2
        values /= np.sqrt(squares)[owners]
        least = LEAST_RARITY if len(self.postings.lengths) > ALL_UP_TO else 0.0
        telling = self.postings.rarity[words] >= least
        kept = np.concatenate([[0], np.cumsum(telling)])[starts]
        return csr_matrix((values[telling], words[telling], kept), shape=(len(rows), len(self.postings.words)))


def cosines(texts: csr_matrix, asked: Asked) -> np.ndarray:
    """(texts,) of unit rows with a query, each of whose words counts once."""
    found = np.zeros(texts.shape[0], np.float32)
    if asked.words:
        weights = np.array(asked.weights, np.float32)
        query = np.zeros(texts.shape[1], np.float32)
        query[list(asked.words)] = weights
        unknown = asked.unknown * asked.postings.rarity_of_none**2
        found = texts @ query / np.sqrt(float((weights * weights).sum()) + unknown)
    return found
