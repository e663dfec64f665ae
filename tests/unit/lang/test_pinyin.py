from __future__ import annotations

import pytest

from lang.english_words import english_words
from lang.pinyin import blurred, readings


@pytest.mark.parametrize(
    ("character", "syllables"), [("退", ("tui",)), ("腿", ("tui",)), ("了", ("le", "liao")), ("女", ("nv", "ru"))]
)
def test_readings_have_no_tones_and_the_commonest_is_first(character: str, syllables: tuple[str, ...]) -> None:
    assert readings(character)[: len(syllables)] == syllables


@pytest.mark.parametrize("character", ["a", "7", " ", "🙂", "!", "\ud800", "あ"])
def test_what_is_no_chinese_character_has_no_reading(character: str) -> None:
    assert readings(character) == ()


@pytest.mark.parametrize(
    ("one", "other"), [("zhong", "zong"), ("shi", "si"), ("chan", "can"), ("xing", "xin"), ("liu", "niu")]
)
def test_syllables_that_many_do_not_tell_apart(one: str, other: str) -> None:
    assert blurred(one) == blurred(other)
    assert blurred("tui") != blurred("dui")


def test_english_words_have_inflected_forms_but_no_slips() -> None:
    assert {"order", "refunds", "shipped", "returning"} <= english_words()
    assert not {"ordr", "refudn", "recieved", "adress"} & english_words()
