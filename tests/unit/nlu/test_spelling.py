"""Wrong letters and characters, put right by the words of a library's messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.homophones import Homophones
from bot.nlu.misspellings import Misspellings, distance
from bot.nlu.spelling import Spelling
from lang.normalize import fold
from lang.tokenize import tokenize

MESSAGES = """\
我想续借一本书
这本书能续借吗
借书证丢了怎么办
补办借书证要多少钱
办理借书证
图书馆几点开门
图书馆周末开放吗
please renew my loan
renew the loan of this novel
the novel is damaged
where is the catalogue
search the catalogue
search for a novel
i lost my library card
a new library card
""".splitlines()


def _words(text: str) -> list[str]:
    return [fold(token.text) for token in tokenize(text)]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling.learn([_words(text) for text in MESSAGES])


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("图数馆几点开门", "图书馆几点开门"),
        ("图数馆几点开门 renew my laon", "图书馆几点开门 renew my loan"),
        ("续结一下", "续借一下"),
        ("結书正丟了", "借书证丢了"),
        ("please serach the catalouge", "please search the catalogue"),
        ("i lost my libary card", "i lost my library card"),
        ("Novle", "novel"),
    ],
)
def test_slips_are_put_right(spelling: Spelling, wrong: str, right: str) -> None:
    assert spelling.corrected(_words(wrong)) == _words(right)


@pytest.mark.parametrize(
    "text",
    [
        "我想续借一本书",
        "天气预报说明天有雨",  # no word of it in the messages, and nothing sounds like one
        "is the navel of an orange a fruit",  # an English word, though one letter from "novel"
        "the nervel",  # unknown, but two letters from anything
        "my lawn",
        "uber",
        "12 so202611010001 a@b.com !!",
        "",
    ],
)
def test_what_is_not_wrong_is_left_alone(spelling: Spelling, text: str) -> None:
    assert spelling.corrected(_words(text)) == _words(text)


def test_a_real_word_is_what_the_customer_meant() -> None:
    # 受到 sounds like 收到, but is a word; 收 and 道 alone are none.
    homophones = Homophones.learn([["收到", "货", "了"]] * 5)
    assert homophones.corrected(["受到"]) == "受到"
    assert homophones.corrected(["收", "道"]) == "收到"


def test_characters_that_often_stand_alone_are_meant() -> None:
    messages = [["收到"], ["收到"], ["到"], ["到"], ["到"]]
    assert Homophones.learn(messages[:2]).corrected(["手", "到"]) == "收到"
    assert Homophones.learn([*messages, ["手"], ["手"], ["手"]]).corrected(["手", "到"]) == "手到"


def test_rough_likeness_is_enough_for_three_characters_only() -> None:
    homophones = Homophones.learn([["身份证"], ["身份证"], ["证件"], ["证件"]])
    assert homophones.corrected(["深", "份", "证"]) == "身份证"
    assert homophones.corrected(["怎", "件"]) == "怎件"


def test_neighbours_decide_between_two_words() -> None:
    messages = [["the", "loan", "desk"]] * 3 + [["the", "lean", "cat"]] * 3
    misspellings = Misspellings.learn(messages)
    assert misspellings.corrected("the", "lxan", "desk") == "lxan"  # changed, not swapped: too short for that
    assert misspellings.corrected("the", "lona", "desk") == "loan"


@pytest.mark.parametrize(
    ("first", "second", "slips"),
    [
        ("loan", "loan", 0),
        ("laon", "loan", 1),
        ("lon", "loan", 1),
        ("lpan", "loan", 1),
        ("", "ab", 2),
        ("ca", "abc", 3),
    ],
)
def test_distance(first: str, second: str, slips: int) -> None:
    assert distance(first, second) == distance(second, first) == slips


def test_long_messages_are_left_alone(spelling: Spelling) -> None:
    words = ["laon"] * 10_000
    assert spelling.corrected(words) == words


def test_nothing_learnt_changes_nothing() -> None:
    empty = Spelling.learn([])
    assert empty.corrected(["续", "接", "laon"]) == ["续", "接", "laon"]


def test_saved_and_loaded(spelling: Spelling, tmp_path: Path) -> None:
    spelling.save(tmp_path)
    assert Spelling.load(tmp_path) == spelling
