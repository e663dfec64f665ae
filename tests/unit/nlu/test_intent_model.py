"""The classifier on made-up vectors: three intents far apart, and messages that are near none of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import model_files
from bot.nlu.guard import Guard, circumstances
from bot.nlu.intent_model import IntentModel, Verdict
from bot.nlu.messages_view import View
from bot.nlu.ngrams import Grams

SIZE = 16
WORDS = {"refund": ["money", "back", "退款"], "track": ["where", "parcel", "物流"], "greet": ["hello", "你好", "hi"]}


def _messages(count: int, seed: int) -> tuple[list[list[str]], np.ndarray, list[str]]:
    random = np.random.default_rng(seed)
    labels = [intent for intent in WORDS for _ in range(count)]
    words = [[str(word) for word in random.choice(WORDS[label], 2)] for label in labels]
    directions = np.eye(SIZE)[[list(WORDS).index(label) for label in labels]]
    dense = directions + random.normal(0, 0.25, (len(labels), SIZE))
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    return words, dense.astype(np.float32), labels


@pytest.fixture(scope="module")
def learnt() -> tuple[IntentModel, Grams]:
    words, dense, labels = _messages(40, seed=1)
    grams = Grams.learn(words)
    return IntentModel.fit(View(grams.transform(words), dense, words), labels), grams


def _judge(learnt: tuple[IntentModel, Grams], words: list[list[str]], dense: np.ndarray) -> list[Verdict]:
    model, grams = learnt
    return model.judge(View(grams.transform(words), dense, words))


def test_unseen_messages_are_understood(learnt: tuple[IntentModel, Grams]) -> None:
    words, dense, labels = _messages(20, seed=2)
    verdicts = _judge(learnt, words, dense)
    assert np.mean([verdict.ranking[0][0] == label for verdict, label in zip(verdicts, labels, strict=True)]) > 0.95
    assert np.mean([verdict.refused for verdict in verdicts]) < 0.15


def test_foreign_messages_are_refused_and_rank_below(learnt: tuple[IntentModel, Grams]) -> None:
    words, dense, _ = _messages(20, seed=3)
    foreign = np.zeros((20, SIZE), np.float32)
    foreign[:, -1] = 1
    strange = _judge(learnt, [["quantum", "physics"]] * 20, foreign)
    assert all(verdict.refused for verdict in strange)
    ours = [verdict.confidence for verdict in _judge(learnt, words, dense)]
    assert max(verdict.confidence for verdict in strange) < np.quantile(ours, 0.05)


def test_a_message_without_words_is_refused(learnt: tuple[IntentModel, Grams]) -> None:
    verdict = _judge(learnt, [[]], np.zeros((1, SIZE), np.float32))[0]
    assert verdict.refused
    assert verdict.confidence == 0


def test_a_verdict_does_not_depend_on_company(learnt: tuple[IntentModel, Grams]) -> None:
    words, dense, _ = _messages(5, seed=4)
    together = _judge(learnt, words, dense)
    for index, verdict in enumerate(together):
        alone = _judge(learnt, words[index : index + 1], dense[index : index + 1])[0]
        assert [intent for intent, _ in alone.ranking] == [intent for intent, _ in verdict.ranking]
        assert alone.confidence == pytest.approx(verdict.confidence, abs=1e-5)


def test_probabilities_add_up(learnt: tuple[IntentModel, Grams]) -> None:
    words, dense, _ = _messages(3, seed=5)
    for verdict in _judge(learnt, words, dense):
        assert sum(probability for _, probability in verdict.ranking) == pytest.approx(1, abs=1e-4)
        assert 0 <= verdict.confidence <= 1


def test_saved_and_loaded(learnt: tuple[IntentModel, Grams], tmp_path: Path) -> None:
    model, grams = learnt
    model_files.save(model, tmp_path)
    again = model_files.load(tmp_path)
    assert again is not None
    words, dense, _ = _messages(5, seed=6)
    for loaded, first in zip(_judge((again, grams), words, dense), _judge(learnt, words, dense), strict=True):
        assert loaded.ranking == first.ranking
        # The examples are kept in half precision.
        assert loaded.confidence == pytest.approx(first.confidence, abs=0.01)


def test_nothing_saved_is_nothing_loaded(tmp_path: Path) -> None:
    assert model_files.load(tmp_path) is None


@pytest.mark.parametrize("labels", [["a"], ["a", "b"], ["a", "a", "b"], ["a"] * 6, ["a", "b", "c", "a", "b", "c"]])
def test_hardly_any_examples(labels: list[str]) -> None:
    words = [["word", label] for label in labels]
    dense = np.eye(SIZE, dtype=np.float32)[: len(labels)]
    grams = Grams.learn(words, least=1)
    view = View(grams.transform(words), dense, words)
    verdicts = IntentModel.fit(view, labels).judge(view)
    assert all(np.isfinite(verdict.confidence) for verdict in verdicts)
    assert {verdict.ranking[0][0] for verdict in verdicts} <= set(labels)


def test_either_view_may_be_missing() -> None:
    words, dense, labels = _messages(10, seed=7)
    grams = Grams.learn(words)
    for view in (
        View(grams.transform(words), np.zeros((len(words), 0), np.float32), words),
        View(Grams({}, np.zeros(0, np.float32)).transform(words), dense, words),
    ):
        verdicts = IntentModel.fit(view, labels).judge(view)
        right = [verdict.ranking[0][0] == label for verdict, label in zip(verdicts, labels, strict=True)]
        assert np.mean(right) > 0.9


def test_the_threshold_keeps_its_promise() -> None:
    evidence = np.random.default_rng(0).normal(size=(1000, 4))
    around = circumstances([["word"]] * 1000)
    right = evidence.sum(axis=1) > 0
    guard = Guard.learn(evidence, around, right, false_refusals=0.05)
    refused = guard.confidence(evidence, around) < guard.threshold
    assert refused[right].mean() == pytest.approx(0.05, abs=0.01)


def test_more_evidence_is_never_less_trust() -> None:
    # Right where the evidence is low: a handful of examples can be that unlucky.
    around = circumstances([["word"]] * 4)
    guard = Guard.learn(np.arange(16.0).reshape(4, 4), around, np.array([True, True, False, False]), 0.05)
    low, high = guard.confidence(np.array([[0.0] * 4, [9.0] * 4]), around[:2])
    assert low < high


def test_long_messages_are_measured_against_long_ones() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 40, 500)
    around = circumstances([["word"] * int(length) for length in lengths])
    evidence = random.normal(size=(500, 4)) - 2 * np.log1p(lengths)[:, None]
    guard = Guard.learn(evidence, around, random.random(500) < 0.9, 0.05)
    refused = guard.confidence(evidence, around) < guard.threshold
    assert refused[lengths > 20].mean() == pytest.approx(refused[lengths <= 20].mean(), abs=0.05)


def test_circumstances() -> None:
    rows = circumstances([[], ["where"], ["退货", "ab"]])
    np.testing.assert_allclose(rows, [[1, 0, 0], [1, 0, np.log(2)], [1, 0.5, np.log(3)]])
