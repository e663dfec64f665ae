"""Told, denied, asked or supposed: the same words in different sentences."""

from __future__ import annotations

import pytest

from lang.told import Words, phrase, told

SMOKE = Words((phrase("冒烟"), phrase("caught/catching fire")))
CHILD = Words((phrase("孩子/宝宝 + 吞了/吞下"), phrase("son/daughter + swallowed")))


@pytest.mark.parametrize(
    "text",
    [
        "冒烟了",
        "冒煙了！",
        "冒烟了，怎么办",
        "没想到冒烟了",
        "用了没多久就冒烟",
        "怎么会冒烟？",
        "It CAUGHT  fire",
        "no idea why it caught fire",
    ],
)
def test_told(text: str) -> None:
    assert told(SMOKE, text)


@pytest.mark.parametrize(
    "text",
    [
        "没有冒烟",
        "从没冒烟过",
        "会冒烟吗",
        "会不会冒烟",
        "万一冒烟呢",
        "it never caught fire",
        "if it caught fire",
        "uncaught fire",
        "",
    ],
)
def test_not_told(text: str) -> None:
    assert told(SMOKE, text) == ()


def test_parts_are_found_in_one_sentence_whatever_their_order() -> None:
    assert told(CHILD, "珠子被吞了，是我家宝宝") == ("宝宝 … 吞了",)
    assert told(CHILD, "My son, who is two, swallowed it") == ("son … swallowed",)
    assert told(CHILD, "我家有孩子。快递把件吞了") == ()


def test_an_exception_counts_only_between_the_same_pauses() -> None:
    words = Words((phrase("冒烟"), phrase("on fire")), unless=(phrase("嗓子"), phrase("sale")))
    assert told(words, "嗓子冒烟了") == ()
    assert told(words, "嗓子疼，因为充电器冒烟了") == ("冒烟",)
    assert told(words, "this sale is on fire") == ()
    assert told(words, "got it in the sale and now it is on fire") == ("on fire",)


def test_a_threat_is_meant_although_it_begins_with_if() -> None:
    threat = (phrase("起诉"), phrase("sue you"))
    assert told(Words(threat), "如果不退就起诉") == ()
    assert told(Words(threat, supposed_too=True), "如果不退就起诉") == ("起诉",)
    assert told(Words(threat, supposed_too=True), "I don't want to sue you") == ()


def test_numbers_are_whole() -> None:
    words = Words((phrase("12315"),))
    assert told(words, "我要打12315投诉") == ("12315",)
    assert told(words, "单号SO202612315001") == ()


@pytest.mark.parametrize("written", ["", "+", "a +", "+ a", "a//b", "/a"])
def test_a_phrase_with_nothing_on_one_side_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no word on one side"):
        phrase(written)
