"""Which article a sentence is about: ridge regression, fitted anew for each question on the passages near to it. Two
passages are alike as far as their vectors are (a Gaussian kernel) and their words (cosines of tf-idf).

Every near passage votes for its article, weighed against all others, where the nearest passage alone would decide by
chance. One further class, the background, holds what no article answers. Fitted on the neighbourhood only, it costs the
same whatever the number of articles, and nothing has to be fitted when they change.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve
from scipy.sparse import csr_matrix

# Chosen by leaving out each question of the demo shop's articles in turn; both may be halved or doubled without harm.
SHARPNESS = 2.0
SHRINKAGE = 0.3
WORDS = 0.2
"""What words count beside vectors, which count 1. From 0.1 to 0.3 makes no difference; see docs/decisions/0023."""


def weigh(vectors: np.ndarray, cosines: np.ndarray, words: csr_matrix, shared: np.ndarray) -> np.ndarray:
    """(n,) how much each passage has to say: ``vectors`` (n, size) and ``words`` (n, words) of unit length; ``cosines``
    (n,) of the vectors and ``shared`` (n,) of the words with the question's.

    The sum of a class's weights is the regression's value for that class: about 1 where the question repeats its
    passages, about 0 elsewhere.
    """
    alike = _together(_bell(vectors @ vectors.T), _products(words))
    alike[np.diag_indices_from(alike)] += SHRINKAGE
    weights: np.ndarray = solve(alike, _together(_bell(cosines), shared), assume_a="pos", check_finite=False)
    return weights


def _products(words: csr_matrix) -> np.ndarray:
    """(n, n) of the rows with each other, in time that does not grow with the words there are altogether."""
    used, columns = np.unique(words.indices, return_inverse=True)
    narrow = csr_matrix((words.data, columns, words.indptr), shape=(words.shape[0], len(used)))
    products: np.ndarray = (narrow @ narrow.T).toarray()
    return products


def _bell(cosines: np.ndarray) -> np.ndarray:
    return np.exp(SHARPNESS * (cosines - 1)).astype(np.float64)


def _together(vectors: np.ndarray, words: np.ndarray) -> np.ndarray:
    both: np.ndarray = (vectors + WORDS * words) / (1 + WORDS)
    return both
