"""The search by words."""

import numpy as np
import pytest

from kb import lexical
from kb.lexical import Postings, PostingsCollector
from kb.terms import stem, terms


def coverage(postings: Postings, query: str) -> np.ndarray:
    return postings.ask(query).coverage(np.arange(len(postings.lengths)))


def test_terms_pair_chinese_characters_across_word_borders() -> None:
    assert {"退货", "货政", "政策"} <= set(terms("退货政策"))
    assert terms("Return Policy", question=False) == ["return", "policy"]


@pytest.mark.parametrize("same", [("sign up", "sign-up", "signup"), ("E-mail", "email"), ("log in", "login")])
def test_a_compound_is_one_word_however_it_is_written(same: tuple[str, ...]) -> None:
    shared = set.intersection(*({term for term in terms(text) if term.startswith("+")} for text in same))
    assert shared == {"+" + stem(same[-1].lower())}


def test_words_that_follow_each_other_say_more_than_words_far_apart() -> None:
    scores = coverage(Postings.of(["gift cards lost", "a card with the gift"]), "gift card")
    assert scores[0] > scores[1] > 0


@pytest.mark.parametrize(
    "forms",
    [
        ("return", "returns", "returned", "returning"),
        ("delivery", "deliveries"),
        ("cancel", "cancelling", "cancelled"),
        ("code", "codes"),
    ],
)
def test_the_forms_of_an_english_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["address", "status", "this", "bus", "gas", "need", "ship", "so20261133"])
def test_what_is_no_ending_stays(word: str) -> None:
    assert stem(word) == word


def test_a_passage_that_covers_more_of_the_query_scores_higher() -> None:
    scores = coverage(Postings.of(["return policy", "return postage", "delivery time"]), "return policy")
    assert np.argmax(scores) == 0
    assert scores[1] > scores[2] == 0


def test_nothing_in_common_is_nothing() -> None:
    postings = Postings.of(["return policy", "delivery time"])
    assert coverage(postings, "zzz").tolist() == [0, 0]
    assert postings.ask("zzz").best(5).tolist() == []
    assert coverage(Postings.of([]), "return").tolist() == []


def test_a_word_that_every_article_uses_weighs_little() -> None:
    passages, owners = ["how to fix", "fix cost", "fix sink", "how to pay"], [0, 0, 0, 1]
    by_passage, by_owner = Postings.of(passages), Postings.of(passages, owners)
    assert coverage(by_passage, "how fix")[3] > coverage(by_passage, "how fix")[1]
    assert coverage(by_owner, "how fix")[3] < coverage(by_owner, "how fix")[1]


def test_the_best_are_those_that_cover_most() -> None:
    postings = Postings.of([f"common word{number} word{number % 7}" for number in range(50)])
    scores = coverage(postings, "common word3 word45")
    assert set(postings.ask("common word3 word45").best(2).tolist()) == set(np.argsort(-scores)[:2].tolist())


def test_common_words_only_weigh_what_rarer_ones_select(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "MOST_READ", 10)
    postings = Postings.of([f"common word{number}" for number in range(50)])
    assert postings.ask("common word3").best(5).tolist() == [3]
    assert coverage(postings, "common word3")[4] > 0


def test_joined_to_an_older_index_it_is_as_if_built_at_once() -> None:
    older = Postings.of(["return policy", "gone words", "delivery time time"], [0, 1, 2])
    collector = PostingsCollector()
    collector.add("new delivery policy")
    joined = collector.postings(np.array([0, 1, 2]), older, np.array([0, 2]))
    whole = Postings.of(["return policy", "delivery time time", "new delivery policy"])
    for name in ("starts", "rows", "counts", "holders", "lengths"):
        assert getattr(joined, name).tolist() == getattr(whole, name).tolist(), name
    assert list(joined.words) == list(whole.words)
    assert joined.articles == whole.articles
