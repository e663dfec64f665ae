"""The votes of the passages near to a question."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kb.votes import SHARPNESS, SHRINKAGE, WORDS, weigh


def unit_vectors(number: int, seed: int, size: int = 16) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(number, size))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_weights_are_those_of_kernel_ridge_regression() -> None:
    vectors, question = unit_vectors(30, seed=1), unit_vectors(1, seed=2)[0]
    words, asked = np.abs(unit_vectors(30, seed=3, size=40)), np.abs(unit_vectors(1, seed=4, size=40))[0]
    targets = np.eye(3)[np.arange(30) % 3]

    def kernel(cosines: np.ndarray, shared: np.ndarray) -> np.ndarray:
        return (np.exp(SHARPNESS * (cosines - 1)) + WORDS * shared) / (1 + WORDS)

    inverse = np.linalg.inv(kernel(vectors @ vectors.T, words @ words.T) + SHRINKAGE * np.eye(30))
    expected = kernel(vectors @ question, words @ asked) @ inverse @ targets
    weights = weigh(vectors, vectors @ question, csr_matrix(words), words @ asked)
    assert np.bincount(np.arange(30) % 3, weights) == pytest.approx(expected, abs=1e-5)


def test_many_alike_passages_do_not_outvote_one_that_repeats_the_question() -> None:
    question, crowd = unit_vectors(2, seed=3)
    near = question + 0.9 * crowd
    vectors = np.stack([question, *[near / np.linalg.norm(near)] * 20])
    weights = weigh(vectors, vectors @ question, csr_matrix((21, 5)), np.zeros(21))
    assert weights[0] > weights[1:].sum()


def test_of_two_passages_as_near_the_one_that_shares_words_says_more() -> None:
    question, *vectors = unit_vectors(3, seed=5)
    vectors[1] = vectors[0]
    words = csr_matrix(np.eye(2))
    weights = weigh(np.stack(vectors), np.stack(vectors) @ question, words, np.array([0.8, 0.0]))
    assert weights[0] > weights[1]
