from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.mood_score import CLEARLY_UPSET, mood


@pytest.mark.parametrize(
    "text",
    [
        "你们就是一群骗子",
        "垃圾客服，给我滚",
        "气死我了！！！",
        "等了半个月还没到，忍无可忍",
        "什么破玩意",
        "太過分了，欺人太甚",
        "差评！！！服务态度恶劣",
        "this is absolutely ridiculous",
        "You people are SCAMMERS!!!",
        "I'm furious, worst service ever",
        "what the fuck",
        "useless",
        "垃圾",
        "😡😡😡",
        "you are useless, shut up",
    ],
)
def test_clearly_upset(text: str) -> None:
    assert mood(text).value <= CLEARLY_UPSET
    assert mood(text).words


@pytest.mark.parametrize(
    "text",
    [
        "my order is late",
        "my order is late and I need it urgently!",
        "the screen is broken",
        "订单怎么还没到",
        "收到的杯子碎了",
        "我要投诉",
        "I want to make a complaint",
        "物流太慢了吧",
        "有点失望",
        "a bit disappointed with the color",
        "急！！！",
        "I think I got a scam text",
        "我好像遇到骗子了",
        "垃圾袋多少钱一卷",
        "do you sell garbage bags",
        "空气炸锅多少钱",
        "不生气",
        "I'm not angry, just asking",
        "where is my order?",
        "滚筒洗衣机有货吗",
        "WHERE IS MY ORDER",
        "快快快",
    ],
)
def test_ordinary_complaints_stay_above(text: str) -> None:
    assert mood(text).value > CLEARLY_UPSET


@pytest.mark.parametrize("text", ["谢谢你", "太好了！", "thank you so much!!", "love it 😍", "非常满意", "不错"])
def test_pleased(text: str) -> None:
    assert mood(text).value > 0.3


@pytest.mark.parametrize("text", ["", "SO202611010001", "我想查一下订单", "do you ship to Canada", "8001", "不慢"])
def test_nothing_tells(text: str) -> None:
    assert mood(text) == mood("")
    assert mood("").value == 0


@pytest.mark.parametrize(
    ("milder", "angrier"),
    [
        ("差评", "差评！！！"),
        ("你们太差劲", "你们太差劲，一直没人管"),
        ("this is terrible", "THIS IS TERRIBLE!!!"),
        ("满意", "不满意"),
        ("I'm happy", "I'm not happy"),
        ("到底发不发货", "到底发不发货？？？"),
        ("呵呵", "呵呵呵呵，差评"),
    ],
)
def test_signs_and_negation_change_it(milder: str, angrier: str) -> None:
    assert mood(angrier).value < mood(milder).value


def test_words_are_the_customers_own() -> None:
    assert "垃圾客服" in mood("真是垃圾客服").words or "真是垃圾" in mood("真是垃圾客服").words
    assert mood("ＦＵＣＫ this").words[0] == "ＦＵＣＫ"


@given(st.text(alphabet=st.sampled_from("垃圾好谢不!！?？ fuckTHANKs呵呵😡👍。\n")))
def test_always_between_minus_one_and_one(text: str) -> None:
    told = mood(text)
    assert -1 <= told.value <= 1
    assert told.value == 0 or told.words
