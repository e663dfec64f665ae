"""The classifier's whole mind, without Rasa: ranks the intents and says how far to trust the first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import load_npz, save_npz
from sklearn.model_selection import StratifiedKFold

from bot.nlu.guard import Memory
from bot.nlu.linear_head import LinearHead, softmax
from bot.nlu.messages_view import View
from bot.nlu.ranker import Ranker, centred

_FOLDS = 5
_TEMPERATURES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8)


@dataclass(frozen=True)
class Verdict:
    """``ranking``: (intent, probability), best first. ``refused``: ``confidence`` (0..1) is below the threshold."""

    ranking: tuple[tuple[str, float], ...]
    confidence: float
    refused: bool


@dataclass(frozen=True)
class IntentModel:
    """``threshold`` is the confidence that a chosen share of unseen training messages did not reach."""

    intents: tuple[str, ...]
    ranker: Ranker
    memory: Memory
    temperature: float
    threshold: float

    @classmethod
    def fit(cls, view: View, labels: Sequence[str], *, false_refusals: float = 0.04) -> IntentModel:
        """Learn from messages and their intents; deterministic. ``false_refusals``: share of good messages refused."""
        intents = tuple(sorted(set(labels)))
        numbers = np.array([intents.index(label) for label in labels])
        scores, evidence = _unseen(view, numbers, len(intents))
        temperature = _best_temperature(scores, numbers)
        confidences = softmax(scores / temperature).max(axis=1) * evidence
        ranker = Ranker.fit(view, numbers, len(intents))
        return cls(
            intents,
            ranker,
            Memory.of(view, numbers, len(intents), ranker.mean),
            temperature,
            float(np.quantile(confidences, false_refusals)) if len(confidences) else 0.0,
        )

    def judge(self, view: View) -> list[Verdict]:
        """One verdict a message; a verdict never depends on the other messages."""
        probabilities = softmax(self.ranker.scores(view) / self.temperature)
        evidence = _evidence(self.memory, view, self.ranker, probabilities.argmax(axis=1))
        return [
            self._verdict(row, float(row.max() * trust)) for row, trust in zip(probabilities, evidence, strict=True)
        ]

    def _verdict(self, probabilities: np.ndarray, confidence: float) -> Verdict:
        order = np.argsort(-probabilities, kind="stable")
        ranking = tuple((self.intents[index], float(probabilities[index])) for index in order)
        return Verdict(ranking, confidence, confidence < self.threshold)

    def save(self, folder: Path) -> None:
        """Arrays and JSON only: loading runs no code from the model file."""
        facts = {
            "intents": self.intents,
            "temperature": self.temperature,
            "threshold": self.threshold,
            "vocabulary": sorted(self.memory.vocabulary),
        }
        (folder / "intents.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        save_npz(folder / "memory_sparse.npz", self.memory.sparse)
        np.savez(
            folder / "arrays.npz",
            mean=self.ranker.mean,
            sparse_weights=self.ranker.sparse.weights,
            sparse_bias=self.ranker.sparse.bias,
            dense_weights=self.ranker.dense.weights,
            dense_bias=self.ranker.dense.bias,
            memory_dense=self.memory.dense,
            memory_starts=self.memory.starts,
        )

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        facts = json.loads((folder / "intents.json").read_text("utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            ranker = Ranker(
                arrays["mean"],
                LinearHead(arrays["sparse_weights"], arrays["sparse_bias"]),
                LinearHead(arrays["dense_weights"], arrays["dense_bias"]),
            )
            dense, starts = arrays["memory_dense"], arrays["memory_starts"]
        memory = Memory(dense, load_npz(folder / "memory_sparse.npz"), starts, frozenset(facts["vocabulary"]))
        return cls(tuple(facts["intents"]), ranker, memory, facts["temperature"], facts["threshold"])


def _evidence(memory: Memory, view: View, ranker: Ranker, labels: np.ndarray) -> np.ndarray:
    """How much a message is like what was learnt, 0..1: likeness to the nearest example times share of known words."""
    dense = centred(view.dense, ranker.mean)
    return np.array(
        [
            memory.nearest(dense[row], view.sparse[row], int(label)) * memory.known_share(list(view.words[row]))
            for row, label in enumerate(labels)
        ]
    )


def _unseen(view: View, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores and evidence of every message by models that did not learn from it."""
    scores = np.zeros((len(view), classes))
    evidence = np.zeros(len(view))
    for learnt, asked in _folds(labels):
        part = view.take(learnt)
        ranker = Ranker.fit(part, labels[learnt], classes)
        memory = Memory.of(part, labels[learnt], classes, ranker.mean)
        scores[asked] = ranker.scores(view.take(asked))
        evidence[asked] = _evidence(memory, view.take(asked), ranker, scores[asked].argmax(axis=1))
    return scores, evidence


def _folds(labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    smallest = int(np.bincount(labels).min()) if len(labels) else 0
    folds = min(_FOLDS, max(2, smallest))
    if len(labels) < folds:
        return []
    if smallest < 2:
        # An intent with a single example cannot be in both parts; deal the messages out regardless.
        order = np.random.default_rng(0).permutation(len(labels))
        return [(np.sort(np.setdiff1d(order, part)), np.sort(part)) for part in np.array_split(order, folds)]
    return list(StratifiedKFold(folds, shuffle=True, random_state=0).split(labels, labels))


def _best_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """The temperature under which the true intents of unseen messages are likeliest."""
    rows = np.arange(len(labels))
    losses = [-np.log(softmax(scores / t)[rows, labels] + 1e-9).mean() for t in _TEMPERATURES]
    return _TEMPERATURES[int(np.argmin(losses))]
