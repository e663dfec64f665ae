"""Two languages that lie apart in the encoder's space, turned against each other."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.alignment import Alignment

SIZE = 8


@pytest.fixture(scope="module")
def messages() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors, scripts, labels: the same 120 meanings in both scripts, moved and slightly turned in one of them."""
    random = np.random.default_rng(0)
    meanings = random.normal(size=(120, SIZE))
    turned = meanings @ (np.eye(SIZE) + 0.2 * random.normal(size=(SIZE, SIZE))) + 3
    dense = np.concatenate([meanings, turned]).astype(np.float32)
    labels = np.arange(120) // 10
    return dense, np.repeat([True, False], 120), np.concatenate([labels, labels])


def _likeness(alignment: Alignment, dense: np.ndarray, chinese: np.ndarray) -> float:
    aligned = alignment.aligned(dense, chinese)
    return float((aligned[:120] * aligned[120:]).sum(axis=1).mean())


def test_the_same_meaning_comes_to_lie_together(messages: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    dense, chinese, labels = messages
    alignment = Alignment.learn(dense, chinese, labels)
    moved_only = Alignment(alignment.means, np.zeros((SIZE, SIZE), np.float32))
    assert _likeness(alignment, dense, chinese) > _likeness(moved_only, dense, chinese) > 0.8
    np.testing.assert_allclose(np.linalg.norm(alignment.aligned(dense, chinese), axis=1), 1, atol=1e-5)


def test_one_script_only_is_centred_and_not_turned(messages: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    dense, chinese, labels = messages
    alignment = Alignment.learn(dense[chinese], chinese[chinese], labels[chinese])
    assert not alignment.turn.any()
    np.testing.assert_allclose(alignment.means[0], alignment.means[1], atol=1e-5)


@pytest.mark.parametrize("shape", [(0, SIZE), (3, 0), (0, 0)])
def test_nothing_to_learn_from(shape: tuple[int, int]) -> None:
    dense, chinese = np.zeros(shape, np.float32), np.zeros(shape[0], bool)
    aligned = Alignment.learn(dense, chinese, np.zeros(shape[0], int)).aligned(dense, chinese)
    assert aligned.shape == shape
    assert np.isfinite(aligned).all()
