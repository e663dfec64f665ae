from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.entity_rules import find


def _found(text: str) -> list[tuple[str, str, str]]:
    return [(entity.name, entity.value, text[entity.start : entity.end]) for entity in find(text)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("SO202611010001", "SO202611010001"),
        ("订单so202611010001到哪了", "so202611010001"),
        ("where is SO 2026 1101 0001?", "SO 2026 1101 0001"),
        ("訂單ＳＯ２０２６１１０１０００１什麼時候到", "ＳＯ２０２６１１０１０００１"),
        ("order #so-20261101-0001, thanks", "so-20261101-0001"),
        ("s o202611010001", "s o202611010001"),
    ],
)
def test_order_numbers_however_they_are_typed(text: str, written: str) -> None:
    assert _found(text) == [("order_number", "SO202611010001", written)]


@pytest.mark.parametrize(
    "text", ["SO20261101000", "SO2026110100012", "ISO202611010001", "SO202611010001a", "202611010001", "so what"]
)
def test_what_only_looks_like_an_order_number(text: str) -> None:
    assert "order_number" not in [entity.name for entity in find(text)]


@pytest.mark.parametrize("text", ["13800138000", "138 0013 8000", "+86 138-0013-8000", "电话１３８００１３８０００。"])
def test_phones(text: str) -> None:
    assert [(entity.name, entity.value) for entity in find(text)] == [("phone", "13800138000")]


@pytest.mark.parametrize("text", ["12800138000", "138001380001", "1380013800"])
def test_what_is_no_phone(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "8001",
        " 8001 。",
        "８００１",
        "尾号8001",
        "手机尾号是 8001",
        "后四位：8001",
        "last four 8001",
        "last 4 digits are 8001",
        "the last four digits of my phone number is 8001",
        "my phone ends in 8001",
        "订单尾号8001，帮我查",
    ],
)
def test_last_four(text: str) -> None:
    assert [(entity.name, entity.value) for entity in find(text)] == [("last_four", "8001")]


@pytest.mark.parametrize("text", ["80012", "800", "买8001个", "in 2026 I bought it", "尾号80012", "8001元"])
def test_four_digits_that_are_something_else(text: str) -> None:
    assert find(text) == []


def test_several_in_one_message() -> None:
    assert _found("订单 so202611010002 手机13800138002 后四位8002") == [
        ("order_number", "SO202611010002", "so202611010002"),
        ("phone", "13800138002", "13800138002"),
        ("last_four", "8002", "8002"),
    ]


@given(st.text(alphabet=st.sampled_from("SOso０１２8 1-尾号后四位last four，。a\n😀")))
def test_offsets_slice_the_text_and_do_not_overlap(text: str) -> None:
    entities = find(text)
    assert all(0 <= entity.start < entity.end <= len(text) for entity in entities)
    assert all(first.end <= second.start for first, second in pairwise(entities))
    for entity in entities:
        digits = [character for character in text[entity.start : entity.end] if character.isdecimal()]
        assert len(digits) >= len(entity.value.removeprefix("SO"))
