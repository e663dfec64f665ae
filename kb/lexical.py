"""Words: BM25 over jieba words, Han character pairs and English words, as one sparse product."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from lang.normalize import fold
from lang.tokenize import HAN, tokenize

# The usual values (Robertson and Zaragoza 2009, section 3.5).
K1, B = 1.2, 0.75
_HAN_RUNS = re.compile(f"[{HAN}]{{2,}}")


def terms(text: str) -> list[str]:
    """Words, and for Chinese also pairs of characters, so that a differently cut word still matches."""
    folded = fold(text)
    words = [token.text for token in tokenize(folded) if any(sign.isalnum() for sign in token.text)]
    pairs = [run[start : start + 2] for run in _HAN_RUNS.findall(folded) for start in range(len(run) - 1)]
    return words + [pair for pair in pairs if pair not in words]


class LexicalIndex:
    """Scores every passage against a query; the score is the share of the query's weight that a passage covers.

    A word weighs the less the more owners use it. ``owners`` names each passage's article; without them
    each passage is its own.
    """

    def __init__(self, passages: Sequence[str], owners: Sequence[int] | None = None) -> None:
        counts = [Counter(terms(passage)) for passage in passages]
        owners = range(len(passages)) if owners is None else owners
        self._vocabulary = {term: column for column, term in enumerate(sorted(set().union(*counts)))} if counts else {}
        size, total = len(self._vocabulary), max(1, len(set(owners)))
        used = {(term, owner) for count, owner in zip(counts, owners, strict=True) for term in count}
        holders = Counter(term for term, _ in used)
        self._weight = np.zeros(size, np.float32)
        for term, column in self._vocabulary.items():
            self._weight[column] = np.log(1 + (total - holders[term] + 0.5) / (holders[term] + 0.5))
        self._unknown_weight = float(np.log(1 + (total + 0.5) / 0.5))
        self._matrix = self._weighted(counts, size)

    def _weighted(self, counts: Sequence[Counter[str]], size: int) -> sparse.csc_matrix:
        lengths = np.array([sum(count.values()) for count in counts], np.float32)
        mean = float(lengths.mean()) if len(lengths) and lengths.mean() > 0 else 1.0
        rows, columns, values = [], [], []
        for row, count in enumerate(counts):
            damp = K1 * (1 - B + B * lengths[row] / mean)
            for term, times in count.items():
                column = self._vocabulary[term]
                rows.append(row)
                columns.append(column)
                values.append(self._weight[column] * times * (K1 + 1) / (times + damp))
        return sparse.csc_matrix((values, (rows, columns)), shape=(len(counts), size), dtype=np.float32)

    def scores(self, query: str) -> np.ndarray:
        """One number a passage, 0 for nothing in common; about 1 when everything in the query is covered once."""
        asked = set(terms(query))
        columns = sorted(self._vocabulary[term] for term in asked if term in self._vocabulary)
        if not columns:
            return np.zeros(self._matrix.shape[0], np.float32)
        unknown = sum(term not in self._vocabulary for term in asked)
        whole = float(self._weight[columns].sum()) + unknown * self._unknown_weight
        found: np.ndarray = np.asarray(self._matrix[:, columns].sum(axis=1)).ravel() / whole
        return found
