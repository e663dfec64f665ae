"""The regression from sentence vectors to articles."""

import numpy as np
import pytest

from kb import classify
from kb.classify import Fit


def unit_vectors(number: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(number, 16))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_vector_near_a_class_is_scored_for_it() -> None:
    centres = unit_vectors(3, seed=1)
    labels = np.repeat([0, 1, 2], 6)
    near = centres[labels] + 0.05 * unit_vectors(18, seed=2)
    fit = Fit(near / np.linalg.norm(near, axis=1, keepdims=True), labels, 3)
    assert [int(np.argmax(fit.classifier.scores(centre))) for centre in centres] == [0, 1, 2]


def test_scores_without_rows_are_those_of_a_fit_that_never_saw_them() -> None:
    vectors, labels = unit_vectors(40, seed=3), np.arange(40) % 4
    left_out, kept = np.arange(5), np.arange(5, 40)
    refitted = Fit(vectors[kept], labels[kept], 4).classifier
    expected = np.array([refitted.scores(vectors[row]) for row in left_out])
    assert Fit(vectors, labels, 4).without(left_out) == pytest.approx(expected, abs=1e-3)


def test_a_sample_of_landmarks_comes_near_to_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    centres = unit_vectors(4, seed=4)
    labels = np.arange(80) % 4
    near = centres[labels] + 0.1 * unit_vectors(80, seed=5)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    whole = Fit(near, labels, 4).classifier
    monkeypatch.setattr(classify, "MOST_LANDMARKS", 40)
    sampled = Fit(near, labels, 4).classifier
    for centre in centres:
        assert sampled.scores(centre) == pytest.approx(whole.scores(centre), abs=0.05)
