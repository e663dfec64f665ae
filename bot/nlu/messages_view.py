"""The three views of messages that the classifier learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from lang.tokenize import is_han


@dataclass(frozen=True)
class View:
    """n messages: ``sparse`` [n, grams], ``dense`` [n, 384] (or zero columns), ``words`` the folded words of each."""

    sparse: csr_matrix
    dense: np.ndarray
    words: Sequence[Sequence[str]]

    @cached_property
    def chinese(self) -> np.ndarray:
        """[n] whether a message writes Chinese characters, be they few."""
        return np.array([any(map(is_han, words)) for words in self.words], bool)

    def __len__(self) -> int:
        return len(self.words)

    def take(self, rows: np.ndarray) -> View:
        """The messages at these row numbers."""
        return View(self.sparse[rows], self.dense[rows], [self.words[row] for row in rows])
