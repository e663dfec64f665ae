"""Sentence vectors in a byte a number, and the nearest of them without looking at all.

What is kept is the encoder's own vector. Questions and sections, Chinese and English ones, are then centred each on
their own mean (``Space``): this encoder's raw cosines lie between .75 and .95 for everything, and nearer within a
language than across. The *kind* of a text says which mean is its own: see ``kind_of``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lang.tokenize import HAN

_HAN = re.compile(f"[{HAN}]")
ALL_UP_TO = 20_000
"""So many vectors are kept unpacked and all compared; of more only those in the nearest cells are."""
CELLS = 512
_CELLS_LOOKED_AT = 16
_CELLS_LEARNT_FROM = 40
_ROUNDS = 8
_BLOCK = 16_384
KINDS = 4


def kind_of(text: str, question: bool) -> int:
    """0 to 3: an English question, a Chinese one, an English section, a Chinese one. Any Chinese character counts."""
    return 2 * (not question) + bool(_HAN.search(text))


@dataclass(frozen=True)
class Codes:
    """Vectors (n, size) as int8, to be multiplied by ``scale`` (n,) float32."""

    codes: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray) -> Codes:
        scale = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-9).astype(np.float32) / 127
        return cls(np.rint(vectors / scale[:, None]).astype(np.int8), scale)

    def __len__(self) -> int:
        return len(self.scale)

    def vectors(self, rows: np.ndarray | slice) -> np.ndarray:
        """float32 (rows, size), as the encoder gave them but for rounding."""
        unpacked: np.ndarray = self.codes[rows].astype(np.float32) * self.scale[rows][:, None]
        return unpacked


@dataclass(frozen=True)
class Space:
    """What is learnt from a folder's vectors: the mean of each kind (4, size), and the middles of the cells
    (cells, size), none for a small folder."""

    centres: np.ndarray
    middles: np.ndarray

    @classmethod
    def learn(cls, codes: Codes, kinds: np.ndarray, background: np.ndarray, background_kinds: np.ndarray) -> Space:
        """``kinds`` (n,) of the vectors; ``background`` (m, size) are further questions, in both languages."""
        sums, counts = np.zeros((KINDS, codes.codes.shape[1])), np.zeros(KINDS)
        for block in _blocks(len(codes)):
            vectors = codes.vectors(block)
            for kind in range(KINDS):
                chosen = kinds[block] == kind
                sums[kind] += vectors[chosen].sum(axis=0)
                counts[kind] += chosen.sum()
        for kind in range(KINDS):
            sums[kind] += background[background_kinds == kind].sum(axis=0)
            counts[kind] += (background_kinds == kind).sum()
        # What a folder has none of is never looked up.
        centres = sums / np.maximum(counts, 1)[:, None]
        space = cls(centres.astype(np.float32), np.zeros((0, codes.codes.shape[1]), np.float32))
        if len(codes) <= ALL_UP_TO:
            return space
        generator = np.random.default_rng(0)
        sample = np.sort(generator.choice(len(codes), min(len(codes), CELLS * _CELLS_LEARNT_FROM), replace=False))
        return cls(space.centres, _middles(space.centred(codes.vectors(sample), kinds[sample]), generator))

    def centred(self, vectors: np.ndarray, kinds: np.ndarray) -> np.ndarray:
        """Of unit length."""
        return unit(vectors - self.centres[kinds])

    def cell_of(self, codes: Codes, kinds: np.ndarray) -> np.ndarray:
        """(n,) the cell of each vector; all 0 where there are none."""
        cells = np.zeros(len(codes), np.int32)
        if len(self.middles):
            for block in _blocks(len(codes)):
                cells[block] = np.argmax(self.centred(codes.vectors(block), kinds[block]) @ self.middles.T, axis=1)
        return cells

    def distances(self, codes: Codes, kinds: np.ndarray) -> np.ndarray:
        """(n,) how far each vector lies from its mean."""
        found = np.zeros(len(codes), np.float32)
        for block in _blocks(len(codes)):
            vectors = codes.vectors(block) - self.centres[kinds[block]]
            found[block] = np.linalg.norm(vectors, axis=1)
        return np.maximum(found, 1e-6)


class Dense:
    """The nearest passages of a vector. Arrays may be memory-mapped; safe to share between threads."""

    def __init__(self, codes: Codes, kinds: np.ndarray, space: Space, distances: np.ndarray, cells: np.ndarray) -> None:
        """``distances`` and ``cells`` (n,) as ``Space`` tells them."""
        self._codes, self._space, self._distances = codes, space, distances
        self._kind = kinds
        self._order = np.argsort(cells, kind="stable").astype(np.int32) if len(space.middles) else None
        if self._order is not None:
            self._starts = np.searchsorted(cells[self._order], np.arange(len(space.middles) + 1))

    def query(self, raw: np.ndarray, kind: int) -> np.ndarray:
        """The centred unit vector of a question as the encoder gave it."""
        return unit((raw - self._space.centres[kind])[None])[0]

    @cached_property
    def _unpacked(self) -> np.ndarray | None:
        return self.vectors(np.arange(len(self._codes))) if len(self._codes) <= ALL_UP_TO else None

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Centred, of unit length."""
        centred: np.ndarray = self._codes.vectors(rows) - self._space.centres[self._kind[rows]]
        centred /= self._distances[rows][:, None]
        return centred

    def cosines(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """(rows,) with a centred ``query``."""
        if self._unpacked is not None:
            near: np.ndarray = self._unpacked[rows] @ query
            return near
        products = (self._codes.codes[rows].astype(np.float32) @ query) * self._codes.scale[rows]
        found: np.ndarray = (products - (self._space.centres @ query)[self._kind[rows]]) / self._distances[rows]
        return found

    def nearest(self, query: np.ndarray, number: int, alive: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """About the ``number`` nearest rows and their cosines, in no order. ``alive`` (n,): only these count."""
        if self._unpacked is not None:
            rows, cosines = np.arange(len(self._codes)), self._unpacked @ query
        else:
            rows = self._near_cells(query)
            cosines = self.cosines(rows, query)
        if alive is not None:
            rows, cosines = rows[alive[rows]], cosines[alive[rows]]
        if len(rows) > number:
            best = np.argpartition(-cosines, number)[:number]
            rows, cosines = rows[best], cosines[best]
        return rows, cosines

    def _near_cells(self, query: np.ndarray) -> np.ndarray:
        assert self._order is not None
        near = np.argpartition(-(self._space.middles @ query), _CELLS_LOOKED_AT)[:_CELLS_LOOKED_AT]
        return np.concatenate([self._order[self._starts[cell] : self._starts[cell + 1]] for cell in np.sort(near)])


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    normalized: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return normalized


def _blocks(length: int) -> list[slice]:
    return [slice(start, min(start + _BLOCK, length)) for start in range(0, length, _BLOCK)]


def _middles(vectors: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Spherical k-means: some rounds are enough, since cells only have to divide the work."""
    middles = vectors[generator.choice(len(vectors), CELLS, replace=False)]
    for _ in range(_ROUNDS):
        nearest = np.argmax(vectors @ middles.T, axis=1)
        sums = np.zeros_like(middles)
        np.add.at(sums, nearest, vectors)
        filled = np.bincount(nearest, minlength=CELLS) > 0
        middles[filled] = unit(sums[filled])
    return middles
