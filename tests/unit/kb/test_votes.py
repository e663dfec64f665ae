"""The votes of the passages near to a question."""

import numpy as np
import pytest

from kb.votes import SHARPNESS, SHRINKAGE, weigh


def unit_vectors(number: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(number, 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_weights_are_those_of_kernel_ridge_regression() -> None:
    vectors, question = unit_vectors(30, seed=1), unit_vectors(1, seed=2)[0]
    targets = np.eye(3)[np.arange(30) % 3]
    kernel = np.exp(SHARPNESS * (vectors @ vectors.T - 1)) + SHRINKAGE * np.eye(30)
    expected = np.exp(SHARPNESS * (vectors @ question - 1)) @ np.linalg.inv(kernel) @ targets
    weights = weigh(vectors, vectors @ question)
    assert np.bincount(np.arange(30) % 3, weights) == pytest.approx(expected, abs=1e-5)


def test_many_alike_passages_do_not_outvote_one_that_repeats_the_question() -> None:
    question, crowd = unit_vectors(2, seed=3)
    near = question + 0.9 * crowd
    vectors = np.stack([question, *[near / np.linalg.norm(near)] * 20])
    weights = weigh(vectors, vectors @ question)
    assert weights[0] > weights[1:].sum()
