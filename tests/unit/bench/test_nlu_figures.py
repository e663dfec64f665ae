from __future__ import annotations

import math

import pytest

from bench import nlu_figures as figures


def test_macro_f1_weighs_every_intent_alike() -> None:
    gold = ["a", "a", "a", "a", "b"]
    said = ["a", "a", "a", "a", "a"]
    assert figures.macro_f1(gold, said) == pytest.approx((8 / 9 + 0) / 2)


def test_a_refusal_costs_recall_but_is_no_intent_of_its_own() -> None:
    assert figures.macro_f1(["a", "a"], ["a", "nlu_fallback"]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        ([0.8, 0.9], [0.1, 0.2], 1.0),
        ([0.1, 0.2], [0.8, 0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5, 0.1], 0.75),
        ([1.0, 1.0, 0.2], [1.0], 1 / 3),
    ],
)
def test_auroc(inside: list[float], outside: list[float], expected: float) -> None:
    assert figures.auroc(inside, outside) == pytest.approx(expected)


def test_threshold_refuses_five_in_a_hundred() -> None:
    inside = [number / 100 for number in range(100)]
    found = figures.refusals_at(inside, [0.01, 0.02, 0.5, 0.05])
    assert found.threshold == pytest.approx(0.05)
    assert found.false_refusals == pytest.approx(0.05)
    assert found.recall == pytest.approx(0.5)


def test_equal_scores_are_never_refused_in_part() -> None:
    found = figures.refusals_at([0.4] * 50 + [0.9] * 50, [0.4, 0.3])
    assert found.false_refusals == 0
    assert found.recall == pytest.approx(0.5)


def test_calibration_error_of_known_bins() -> None:
    confidences = [0.99] * 10 + [0.01] * 10
    assert figures.calibration_error(confidences, [True] * 10 + [False] * 10) == pytest.approx(0.01)
    assert figures.calibration_error(confidences, [False] * 10 + [True] * 10) == pytest.approx(0.99)


def test_calibration_error_does_not_let_neighbours_in_one_bin_hide_a_far_one() -> None:
    confidences, right = [0.95, 0.05], [False, True]
    assert figures.calibration_error(confidences, right) == pytest.approx(0.95)
    assert figures.calibration_error(confidences, right, bins=1) == pytest.approx(0)


def test_full_confidence_lies_in_the_last_bin() -> None:
    assert figures.calibration_error([1.0, 1.0], [True, False], bins=15) == pytest.approx(0.5)


def test_error_ratio_is_paired() -> None:
    ours = [True] * 20 + [False] * 180
    theirs = [True] * 40 + [False] * 160
    found = figures.error_ratio(ours, theirs, resamples=400)
    assert (found.ours, found.theirs, found.ratio) == (20, 40, 0.5)
    assert 0.3 < found.low < 0.5 < found.high < 0.7
    # Always wrong together: drawing the messages anew cannot move the ratio.
    same = figures.error_ratio(ours, ours, resamples=50)
    assert (same.low, same.ratio, same.high) == (1, 1, 1)


def test_error_ratio_repeats_with_its_seed() -> None:
    ours, theirs = [True, False] * 30, [True, True, False] * 20
    assert figures.error_ratio(ours, theirs, resamples=50) == figures.error_ratio(ours, theirs, resamples=50)
    assert figures.error_ratio(ours, theirs, resamples=50) != figures.error_ratio(ours, theirs, resamples=50, seed=2)


def test_error_ratio_against_a_side_without_errors() -> None:
    assert math.isinf(figures.error_ratio([True, False], [False, False], resamples=5).ratio)


def test_confusions_are_sorted_and_single_errors_left_out() -> None:
    gold = ["a", "a", "a", "b", "b", "c", "c"]
    said = ["b", "b", "a", "c", "a", "a", "a"]
    assert figures.confusions(gold, said) == [("a", "b", 2), ("c", "a", 2)]
