"""Pure figures over what a pipeline answered: nothing here reads files or knows a pipeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ErrorRatio:
    """Our errors divided by theirs, with the bounds of a bootstrap interval; infinite where they have none."""

    ours: int
    theirs: int
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Refusals:
    """What a threshold refuses: the share out of scope (``recall``) at a share in scope (``false_refusals``)."""

    threshold: float
    recall: float
    false_refusals: float


def share(right: Sequence[bool]) -> float:
    """Share of true values, 0..1; not a number where there are no values."""
    return float(np.mean(right)) if len(right) else float("nan")


def macro_f1(gold: Sequence[str], said: Sequence[str]) -> float:
    """Mean over the intents in ``gold`` of the harmonic mean of precision and recall."""
    hits = Counter(intent for intent, answer in zip(gold, said, strict=True) if intent == answer)
    wanted, answered = Counter(gold), Counter(said)
    return float(np.mean([2 * hits[intent] / (wanted[intent] + answered[intent]) for intent in wanted]))


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that a message in scope scores above one out of scope; a tie counts half."""
    ordered = np.sort(np.asarray(outside, float))
    scores = np.asarray(inside, float)
    above = np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")
    return float(above.sum() / (2 * len(scores) * len(ordered)))


def refusals_at(inside: Sequence[float], outside: Sequence[float], false_refusals: float = 0.05) -> Refusals:
    """The highest threshold below which at most that share of the messages in scope scores.

    Messages that score the same are refused together or not at all.
    """
    ordered = np.sort(np.asarray(inside, float))
    threshold = float(ordered[int(false_refusals * len(ordered))])
    return Refusals(
        threshold,
        float(np.mean(np.asarray(outside, float) < threshold)),
        float(np.mean(ordered < threshold)),
    )


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 15) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, over bins of equal width."""
    scores, hits = np.asarray(confidences, float), np.asarray(right, float)
    members = np.clip((scores * bins).astype(int), 0, bins - 1)
    gaps = [abs(scores[members == b].sum() - hits[members == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(scores))


def error_ratio(
    ours: Sequence[bool], theirs: Sequence[bool], *, resamples: int = 10_000, seed: int = 1, level: float = 0.95
) -> ErrorRatio:
    """Paired bootstrap: the same messages are drawn for both. ``ours`` and ``theirs`` say where each was wrong."""
    mine, other = np.asarray(ours, np.int64), np.asarray(theirs, np.int64)
    random = np.random.default_rng(seed)
    ratios = []
    for _ in range(resamples):
        drawn = random.integers(0, len(mine), len(mine))
        ratios.append(_divided(int(mine[drawn].sum()), int(other[drawn].sum())))
    ratios.sort()
    tail = round((1 - level) / 2 * (resamples - 1))
    count, their_count = int(mine.sum()), int(other.sum())
    return ErrorRatio(count, their_count, _divided(count, their_count), ratios[tail], ratios[-1 - tail])


def confusions(gold: Sequence[str], said: Sequence[str], least: int = 2) -> list[tuple[str, str, int]]:
    """(intent, what was said, how often) for every pair with at least so many errors, the most frequent first."""
    pairs = Counter((intent, answer) for intent, answer in zip(gold, said, strict=True) if intent != answer)
    found = [(intent, answer, count) for (intent, answer), count in pairs.items() if count >= least]
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _divided(ours: int, theirs: int) -> float:
    return ours / theirs if theirs else float("inf")
