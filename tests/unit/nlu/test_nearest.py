from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.nearest import Nearest


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("alike", [0.0, 3.0], ids=["spread out", "in a cone"])
@pytest.mark.parametrize("size", [5, 384])
def test_the_nearest_is_that_of_reading_all(alike: float, size: int) -> None:
    random = np.random.default_rng(size)
    rows = unit(random.normal(size=(400, size)) + alike)
    asked = unit(np.concatenate([random.normal(size=(40, size)) + alike, rows[:5], -rows[:5]]))
    nearest = Nearest.of(rows)
    for vector in asked:
        assert nearest.product(vector) == pytest.approx(float((rows @ vector).max()), abs=1e-5)


def test_without_rows_or_for_vectors_of_no_length() -> None:
    assert Nearest.of(np.zeros((0, 384), np.float32)).product(np.ones(384, np.float32)) == 0
    assert Nearest.of(np.zeros((3, 8), np.float32)).product(np.ones(8, np.float32)) == 0
    assert Nearest.of(np.eye(3, 8, dtype=np.float32)).product(np.zeros(8, np.float32)) == 0
