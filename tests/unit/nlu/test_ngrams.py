from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.ngrams import Grams, grams, join

MESSAGES = [["退", "货"], ["退货", "吗"], ["my", "order", "so202611010001"], ["my", "order", "so202611010002"], []]


def test_order_numbers_share_their_features() -> None:
    assert set(grams(MESSAGES[2])) == set(grams(MESSAGES[3]))


def test_word_boundaries_matter_little_in_chinese() -> None:
    assert join(["退", "货"]) == join(["退货"])
    assert "c 退货" in set(grams(["退", "货"])) & set(grams(["退货"]))


def test_mixed_words_are_spaced() -> None:
    assert join(["我", "的", "order", "到", "哪"]) == " 我的 order 到哪 "


def test_rows_have_length_one_or_are_empty() -> None:
    rows = Grams.learn(MESSAGES).transform([*MESSAGES, ["unseen"]])
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    np.testing.assert_allclose(lengths, [1, 1, 1, 1, 0, 0], atol=1e-6)


def test_rare_features_are_left_out() -> None:
    assert "w 吗" not in Grams.learn(MESSAGES).index
    assert "w 吗" in Grams.learn(MESSAGES, least=1).index


def test_saved_and_loaded(tmp_path: Path) -> None:
    learnt = Grams.learn(MESSAGES)
    learnt.save(tmp_path)
    again = Grams.load(tmp_path)
    assert (again.transform(MESSAGES) != learnt.transform(MESSAGES)).nnz == 0


@given(st.lists(st.lists(st.text(min_size=1, max_size=6), max_size=6), min_size=1, max_size=6))
def test_a_row_does_not_depend_on_its_neighbours(messages: list[list[str]]) -> None:
    learnt = Grams.learn(messages, least=1)
    together = learnt.transform(messages)
    assert together.shape == (len(messages), len(learnt.index))
    for index, words in enumerate(messages):
        assert (learnt.transform([words]) != together[index]).nnz == 0
