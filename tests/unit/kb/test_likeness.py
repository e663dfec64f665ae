"""How alike passages are in their words."""

import numpy as np
import pytest

from kb import likeness
from kb.lexical import Postings
from kb.likeness import WordRows, cosines
from kb.terms import terms

PASSAGES = ["return policy", "return postage, return label", "delivery time", "退货政策", ""]


@pytest.fixture
def postings() -> Postings:
    return Postings.of(PASSAGES)


def test_a_passage_is_like_itself_and_unlike_one_with_other_words(postings: Postings) -> None:
    matrix = WordRows.of_passages(postings).matrix(np.arange(5))
    alike = (matrix @ matrix.T).toarray()
    assert np.diag(alike)[:4] == pytest.approx(1)
    assert alike[0, 2] == alike[0, 3] == alike[4].sum() == 0
    assert 0 < alike[0, 1] < 1


def test_other_texts_are_read_as_passages_are(postings: Postings) -> None:
    rows = np.array([3, 1])
    read = WordRows.of_texts(postings, [terms(PASSAGES[row]) for row in rows]).matrix(np.arange(2))
    assert (read != WordRows.of_passages(postings).matrix(rows)).nnz == 0


def test_words_that_no_article_knows_make_a_text_less_alike(postings: Postings) -> None:
    known, half = WordRows.of_texts(postings, [["return"], ["return", "unheard"]]).matrix(np.arange(2)).toarray()
    assert 0 < half.max() < known.max() == pytest.approx(1)


def test_a_query_is_compared_word_by_word(postings: Postings) -> None:
    matrix = WordRows.of_passages(postings).matrix(np.arange(5))
    found = cosines(matrix, postings.ask("return policy"))
    assert found[0] == pytest.approx(1)
    assert found[1] > found[2] == 0
    assert cosines(matrix, postings.ask("return policy unheard"))[0] < found[0]
    assert cosines(matrix, postings.ask("unheard")).tolist() == [0] * 5


def test_a_large_library_leaves_common_words_out(monkeypatch: pytest.MonkeyPatch, postings: Postings) -> None:
    common = int(postings.words.place_of(b"return"))
    assert WordRows.of_passages(postings).matrix(np.arange(2))[:, common].nnz == 2
    monkeypatch.setattr(likeness, "ALL_UP_TO", 4)
    assert WordRows.of_passages(postings).matrix(np.arange(2))[:, common].nnz == 0


def test_what_is_stored_is_what_was_read(postings: Postings) -> None:
    rows = WordRows.of_passages(postings)
    again = WordRows.stored(postings, rows.arrays("passage"), "passage")
    assert (again.matrix(np.arange(5)) != rows.matrix(np.arange(5))).nnz == 0
