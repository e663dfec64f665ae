"""The three views of messages that the classifier learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class View:
    """n messages: ``sparse`` [n, grams], ``dense`` [n, 384] (or zero columns), ``words`` the folded words of each."""

    sparse: csr_matrix
    dense: np.ndarray
    words: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.words)

    def take(self, rows: np.ndarray) -> View:
        """The messages at these row numbers."""
        return View(self.sparse[rows], self.dense[rows], [self.words[row] for row in rows])
