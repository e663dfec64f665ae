"""Anger without angry words, as the encoder hears it. The sentences are not those it learnt from."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.mood_leaning import leaning
from bot.nlu.mood_score import CLEARLY_UPSET, mood
from lang.encode import encoder
from lang.normalize import fold

POLITE = """\
我只想问一句，你们还做不做生意了
作为老会员，我感到非常寒心
好一个七天无理由，到你们这儿就各种理由
到现在连句道歉都没有
It would be nice if one of you could tell me the truth
I've lost all faith in you people
Not even an apology, after everything
Somehow you got every single step wrong
""".splitlines()
CALM = """\
屏幕上有一个小黑点，这个算质量问题吗
我买的两件只到了一件，另一件是分开发的吗
请问投诉之后多久有结果
真的很感谢，帮了大忙
There's a small black dot on the screen, is that covered
The refund shows as done but isn't on my card
How long until I hear back about a complaint
you are so helpful, thanks
""".splitlines()


def _weight(text: str) -> float:
    return leaning().weight(text, encoder().encode([fold(text)])[0])


@pytest.mark.parametrize("text", POLITE)
def test_polite_anger_is_heard_but_never_alone_enough(text: str) -> None:
    value = mood(text, _weight(text)).value
    assert CLEARLY_UPSET < value < mood(text).value


@pytest.mark.parametrize("text", CALM)
def test_a_problem_or_thanks_are_no_anger(text: str) -> None:
    assert _weight(text) < 0.03


def test_irony_takes_praise_back() -> None:
    assert mood("真厉害，换来的这台也是坏的", 0.3).value < 0 < mood("真厉害，换来的这台也是坏的").value


def test_vectors_of_another_encoder_tell_nothing() -> None:
    assert leaning().weight("hello", np.zeros(0, np.float32)) == 0
    assert leaning().weight("hello", np.zeros(768, np.float32)) == 0
