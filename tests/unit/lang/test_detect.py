from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lang.detect import detect


@pytest.mark.parametrize(
    "text",
    [
        "我的order到哪了",
        "转人工",
        "退",
        "OK 好的",
        "iPhone 15 Pro Max 有货吗",
        "please 帮我check一下my order",
        "尾号4321",
        "訂單什麼時候到",
        "can I 退货",
        "SO202611010001到哪了",
        "wifi连不上",
    ],
)
def test_chinese(text: str) -> None:
    assert detect(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "refund",
        "I want a refund",
        "r u there",
        "hello",
        "thx",
        "what does 保价 mean",
        "how to use 花呗 to pay",
        "order SO202611010001 pls",
        "my phone number is 13800138000",
        "I DON’T KNOW",
        "no",
        "ok thanks, what about the refund",
    ],
)
def test_english(text: str) -> None:
    assert detect(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "OK!",
        "👍",
        "？？？",
        "8001",
        "13800138000",
        "SO202611010001",
        "so 2026 1101 0001",
        "https://shop.example/a/b",
        "me@shop.example",
        "asdkjh",
        "xx",
        "お元気ですか",
        "ты где",
        "bonjour je voudrais ma commande",
        "DHL",
        "12:30",
    ],
)
def test_a_message_that_does_not_tell(text: str) -> None:
    assert detect(text) is None


@given(st.text(alphabet="0123456789 -,.!?()+#🙂👍"))
def test_signs_and_numbers_never_tell(text: str) -> None:
    assert detect(text) is None
