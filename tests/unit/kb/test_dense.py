"""Sentence vectors in a byte a number, and the nearest of many."""

from __future__ import annotations

import numpy as np
import pytest

from kb import dense
from kb.dense import Codes, Dense, Space, kind_of, unit


def crowded(number: int, seed: int) -> np.ndarray:
    """As crowded as the encoder's: all share one direction."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(number, 48)) + 3.0
    return unit(vectors).astype(np.float32)


def searched(vectors: np.ndarray, kinds: np.ndarray) -> Dense:
    codes = Codes.of(vectors)
    space = Space.learn(codes, kinds, vectors[:2], kinds[:2])
    return Dense(codes, kinds, space, space.distances(codes, kinds), space.cell_of(codes, kinds))


def test_a_byte_a_number_keeps_the_cosines() -> None:
    vectors = crowded(200, 1)
    again = Codes.of(vectors).vectors(slice(None))
    assert np.abs(again @ vectors[0] - vectors @ vectors[0]).max() < 0.003


def test_the_nearest_are_those_of_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = crowded(3000, 2)
    kinds = (np.arange(3000) % 4).astype(np.int8)
    whole = searched(vectors, kinds)
    query = whole.query(vectors[10], 2)
    expected, _ = whole.nearest(query, 50, None)
    monkeypatch.setattr(dense, "ALL_UP_TO", 100)
    monkeypatch.setattr(dense, "CELLS", 32)
    monkeypatch.setattr(dense, "_CELLS_LOOKED_AT", 31)
    cells = searched(vectors, kinds)
    rows, cosines = cells.nearest(query, 50, None)
    assert len(set(rows.tolist()) & set(expected.tolist())) >= 47
    assert cosines == pytest.approx(whole.cosines(rows, query), abs=1e-4)


def test_only_what_is_alive_is_near() -> None:
    vectors = crowded(100, 3)
    found = searched(vectors, np.zeros(100, np.int8))
    alive = np.arange(100) % 2 == 0
    rows, _ = found.nearest(found.query(vectors[1], 0), 10, alive)
    assert len(rows) == 10
    assert set(rows % 2) == {0}


def test_each_kind_is_centred_on_its_own_mean() -> None:
    vectors = crowded(400, 4)
    kinds = (np.arange(400) % 4).astype(np.int8)
    vectors[kinds == 3] = unit(vectors[kinds == 3] + np.eye(48, dtype=np.float32)[5])
    found = searched(vectors, kinds)
    means = [found.vectors(np.flatnonzero(kinds == kind)).mean(axis=0) for kind in range(4)]
    assert all(np.linalg.norm(mean) < 0.1 for mean in means)


def test_kinds() -> None:
    kinds = [kind_of(text, question) for question in (True, False) for text in ("a", "我的 order")]
    assert kinds == [0, 1, 2, 3]
