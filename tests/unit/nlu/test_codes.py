from __future__ import annotations

import pytest

from bot.nlu.codes import shorten


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where is so202611010001 now", "where is 123 now"),
        ("订单so202611010001到哪了", "订单123到哪了"),
        ("tracking 1z999aa10123456784", "tracking 123"),
        ("我的手机13800138000", "我的手机123"),
        ("it's jo.li@mail.example", "it's a@b.com"),
        ("iphone 15 for 129.00", "iphone 15 for 129.00"),
        ("8001", "8001"),
    ],
)
def test_codes_are_shortened_and_the_rest_is_left(text: str, expected: str) -> None:
    assert shorten(text) == expected
