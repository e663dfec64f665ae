from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.familiarity import Familiarity
from bot.nlu.messages_view import View
from bot.nlu.ngrams import Grams

WORDS = [["my", "parcel"], ["订单", "so202611010001"]]


@pytest.fixture
def learnt() -> Familiarity:
    dense = np.eye(2, 5, dtype=np.float32)
    return Familiarity.learn(View(Grams.learn(WORDS).transform(WORDS), dense, WORDS), np.array([0, 1]))


@pytest.mark.parametrize(
    ("words", "share"),
    [
        (["my", "parcel"], 1.0),
        (["my", "whale"], 2 / 7),
        (["my", "internationalisation"], 2 / 10),
        (["订单", "1z999aa10123456784"], 1.0),
        (["8001"], 1.0),
        ([], 1.0),
        (["鲸"], 0.0),
    ],
)
def test_share_of_known_words(learnt: Familiarity, words: list[str], share: float) -> None:
    assert learnt.of_words(words) == pytest.approx(share)


def test_nearest_sentence(learnt: Familiarity) -> None:
    near, far = learnt.of_sentence(np.array([[1, 0, 0, 0, 0], [0, 0, 0, 0, 1]], np.float32))
    assert near == pytest.approx(1)
    assert far == pytest.approx(0)


def test_meaning_between_the_classes_and_outside_is_less_familiar(learnt: Familiarity) -> None:
    own, between, outside = learnt.of_meaning(
        np.array([[1, 0, 0, 0, 0], [0.7, 0.7, 0, 0, 0], [0, 0, 0, 0, 1]], np.float32)
    )
    assert own > between > outside
