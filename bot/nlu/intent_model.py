"""The classifier's whole mind, without Rasa: ranks the intents and says how far to trust the first."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.nlu.familiarity import Familiarity
from bot.nlu.guard import Guard, circumstances
from bot.nlu.linear_head import softmax
from bot.nlu.messages_view import View
from bot.nlu.ranker import SPARSE_SHARES, Ranker

_TEMPERATURES = (0.25, 0.35, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.4, 2.0, 2.8, 4.0)
# Up to so many messages so many folds; beyond, two. Training time counts too.
_FOLDS = ((3_000, 5), (10_000, 3))
_WORKERS = 2
# An intent without examples in a message's script cannot look as familiar as others do: in standard deviations.
_WHEN_LACKING = 1.0


@dataclass(frozen=True)
class Verdict:
    """``ranking``: (intent, probability), best first. ``confidence`` 0..1: how likely the first one is right.

    ``refused``: the confidence is below the threshold; the message is probably about something else.
    """

    ranking: tuple[tuple[str, float], ...]
    confidence: float
    refused: bool


@dataclass(frozen=True)
class _Unseen:
    """Of messages that a model had not seen: scores of both heads [messages, classes], familiarity [messages, 3]."""

    sparse: np.ndarray
    dense: np.ndarray
    familiar: np.ndarray


@dataclass(frozen=True)
class IntentModel:
    """``temperature`` divides the ranker's scores, so that their softmax means what it says."""

    intents: tuple[str, ...]
    ranker: Ranker
    familiarity: Familiarity
    temperature: float
    guard: Guard

    @classmethod
    def fit(cls, view: View, labels: Sequence[str], *, false_refusals: float = 0.1) -> IntentModel:
        """Learn from messages and their intents (at least one); the same input gives the same model.

        ``false_refusals``: the share of rightly understood messages that may be refused all the same.
        """
        intents = tuple(sorted(set(labels)))
        number = {intent: index for index, intent in enumerate(intents)}
        numbers = np.array([number[label] for label in labels])
        with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(_WORKERS) as workers:
            # Several models are learnt; two at once, each on a core of its own.
            final = workers.submit(_learn, view, numbers, len(intents))
            unseen = _by_models_that_had_not_seen_them(view, numbers, len(intents), workers)
            ranker, familiarity = final.result()
        share, temperature = _likeliest(unseen, numbers)
        scores = share * unseen.sparse + unseen.dense
        evidence = _evidence(softmax(scores / temperature), unseen.familiar)
        right = scores.argmax(axis=1) == numbers[: len(scores)]
        guard = Guard.learn(evidence, circumstances(view.words), right, false_refusals)
        return cls(intents, replace(ranker, sparse_share=share), familiarity, temperature, guard)

    def judge(self, view: View) -> list[Verdict]:
        """One verdict a message; a verdict never depends on the other messages."""
        probabilities, evidence = self._look_at(view)
        lacks = self.ranker.lacks(view)[np.arange(len(view)), probabilities.argmax(axis=1)]
        confidences = self.guard.confidence(evidence, circumstances(view.words), _WHEN_LACKING * lacks)
        return [
            self._verdict(row, float(confidence) if words else 0.0, refuse=not words)
            for row, confidence, words in zip(probabilities, confidences, view.words, strict=True)
        ]

    def weighed_evidence(self, view: View) -> np.ndarray:
        """[messages, 4]: what speaks for (above 0) and against trusting the first intent, in the guard's order."""
        return self.guard.weighed(self._look_at(view)[1], circumstances(view.words))

    def _look_at(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities [messages, intents] and the guard's evidence [messages, 4]."""
        probabilities = softmax(self.ranker.scores(view) / self.temperature)
        return probabilities, _evidence(probabilities, _familiar(self.familiarity, view))

    def _verdict(self, probabilities: np.ndarray, confidence: float, *, refuse: bool) -> Verdict:
        order = np.argsort(-probabilities, kind="stable")
        ranking = tuple((self.intents[index], float(probabilities[index])) for index in order)
        return Verdict(ranking, confidence, refuse or confidence < self.guard.threshold)


def _familiar(familiarity: Familiarity, view: View) -> np.ndarray:
    """[messages, 3]: familiar meaning, familiar words, familiar sentence."""
    words = np.array([familiarity.of_words(words) for words in view.words])
    return np.stack([familiarity.of_meaning(view.dense), words, familiarity.of_sentence(view.dense)], axis=1)


def _evidence(probabilities: np.ndarray, familiar: np.ndarray) -> np.ndarray:
    """[messages, 4] in the guard's order; sureness as log-odds, since probabilities crowd near 1."""
    top = np.clip(probabilities.max(axis=1), 1e-6, 1 - 1e-6)
    return np.column_stack([familiar[:, 0], np.log(top / (1 - top)), familiar[:, 1:]])


def _learn(view: View, labels: np.ndarray, classes: int) -> tuple[Ranker, Familiarity]:
    return Ranker.fit(view, labels, classes), Familiarity.learn(view, labels)


def _by_models_that_had_not_seen_them(
    view: View, labels: np.ndarray, classes: int, workers: ThreadPoolExecutor
) -> _Unseen:
    """What is said of every message by models that did not learn from it. Nothing with a single message."""
    folds = _folds(labels)
    count = len(view) if folds else 0
    unseen = _Unseen(np.zeros((count, classes)), np.zeros((count, classes)), np.zeros((count, 3)))

    def ask(fold: tuple[np.ndarray, np.ndarray]) -> None:
        learnt, asked = fold
        ranker, familiarity = _learn(view.take(learnt), labels[learnt], classes)
        rest = view.take(asked)
        unseen.sparse[asked], unseen.dense[asked] = ranker.apart(rest)
        unseen.familiar[asked] = _familiar(familiarity, rest)

    list(workers.map(ask, folds))
    return unseen


def _folds(labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """(learnt from, asked about) row numbers."""
    smallest = int(np.bincount(labels).min())
    folds = min(next((folds for most, folds in _FOLDS if len(labels) <= most), 2), len(labels))
    if folds < 2:
        return []
    if smallest < folds:
        # An intent with fewer examples cannot be in every part; deal the messages out regardless.
        order = np.random.default_rng(0).permutation(len(labels))
        return [(np.sort(np.setdiff1d(order, part)), np.sort(part)) for part in np.array_split(order, folds)]
    return list(StratifiedKFold(folds, shuffle=True, random_state=0).split(labels, labels))


def _likeliest(unseen: _Unseen, labels: np.ndarray) -> tuple[float, float]:
    """The sparse head's share and the temperature under which the true intents of unseen messages are likeliest."""
    if not len(unseen.dense):
        return 1.0, 1.0
    rows = np.arange(len(labels))
    losses = {
        (share, temperature): -np.log(softmax(scores / temperature)[rows, labels] + 1e-9).mean()
        for share in SPARSE_SHARES
        for scores in [share * unseen.sparse + unseen.dense]
        for temperature in _TEMPERATURES
    }
    return min(losses, key=losses.__getitem__)
