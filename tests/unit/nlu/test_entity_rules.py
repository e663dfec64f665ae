"""Codes by shape, and what holds for every text: offsets, overlaps, stable values."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.entity import shop
from bot.nlu.entity.found import Entity
from bot.nlu.entity_rules import NAMES, EntityRules
from lang.normalize import fold

# The first message loads two dictionaries.
unhurried = settings(deadline=None)
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=timezone(timedelta(hours=8)))


@lru_cache(maxsize=1)
def _rules() -> EntityRules:
    return EntityRules(shop.load())


def _find(text: str) -> list[Entity]:
    return _rules().find(text, NOW)


def _values(text: str) -> list[tuple[str, str]]:
    return [(entity.name, entity.value) for entity in _find(text)]


def _found(text: str) -> list[tuple[str, str, str]]:
    return [(entity.name, entity.value, text[entity.start : entity.end]) for entity in _find(text)]


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
    assert "order_number" not in [entity.name for entity in _find(text)]


@pytest.mark.parametrize("text", ["13800138000", "138 0013 8000", "+86 138-0013-8000", "电话１３８００１３８０００。"])
def test_phones(text: str) -> None:
    assert _values(text) == [("phone", "13800138000")]


@pytest.mark.parametrize("text", ["12800138000", "138001380001", "1380013800"])
def test_what_is_no_phone(text: str) -> None:
    assert _find(text) == []


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
    assert _values(text) == [("last_four", "8001")]


@pytest.mark.parametrize("text", ["80012", "800", "买8001个", "in 2026 I bought it", "尾号80012", "8001元"])
def test_four_digits_that_are_something_else(text: str) -> None:
    assert "last_four" not in [entity.name for entity in _find(text)]


# Pieces of messages, so that the texts hypothesis makes reach into every rule.
CODES = (
    "SO 20261101 0001 １２３ 8 138 0013 8000 SF 1407000020002 1Z999AA10123456784 运单号 tracking number 尾号 last four"
)
DAYS = (
    "周 周五 上 下个月 3 号 11月 三天 两 前 后 到 今晚 8点 半 明天 下午 一点 双十一 国庆 去年 年 月底 2026-11-03 10:30"
)
ENGLISH_DAYS = (
    "in days ago last Friday next may nov 3rd tomorrow at pm noon of them a pair twenty hundred usd bucks k x2"
)
SUMS = "¥ HK$ 199 元 块 三百 毛 9块9 件 個 两双 １／２ 24/7 @ a.b@c.cn"
PLACES = "北京市 朝阳区 建国路 88 號 3幢 201室 上海 hong kong 12 Baker Street London NW1 6XE 保温杯 keyboards 顺丰 ups"
ODD = "- / . , : ; ！ ٣ ² 𠀀 😀 İ ß ﬁ"
PIECES = st.sampled_from([*" ".join((CODES, DAYS, ENGLISH_DAYS, SUMS, PLACES, ODD)).split(), " ", "\n"])
MESSAGES = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES).map(" ".join))


@unhurried
@given(MESSAGES)
def test_offsets_slice_the_text_and_do_not_overlap(text: str) -> None:
    entities = _find(text)
    assert all(0 <= entity.start < entity.end <= len(text) for entity in entities)
    assert all(first.end <= second.start for first, second in pairwise(entities))
    assert all(entity.name in NAMES and entity.value for entity in entities)
    assert all(text[entity.start : entity.end].strip() == text[entity.start : entity.end] for entity in entities)


@unhurried
@given(MESSAGES)
def test_full_width_traditional_and_capital_letters_change_nothing(text: str) -> None:
    """An address keeps its letter case; everything else has one normal form."""
    folded = _find(fold(text))
    assert [entity.value.casefold() for entity in folded] == [entity.value.casefold() for entity in _find(text)]
    assert [(e.name, e.start, e.end) for e in folded] == [(e.name, e.start, e.end) for e in _find(text)]


@unhurried
@given(MESSAGES)
def test_a_normal_form_is_its_own(text: str) -> None:
    for entity in _find(text):
        # A span has two values; a bare number is a tracking number only where it is called so.
        if entity.name in {"order_number", "phone", "last_four", "email", "amount"} and "/" not in entity.value:
            assert _values(entity.value) == [(entity.name, entity.value)]
        if entity.name == "tracking_number":
            assert _values(f"运单号 {entity.value}") == [(entity.name, entity.value)]


@unhurried
@given(st.dates(datetime(2000, 1, 1).date(), datetime(2099, 12, 31).date()))
def test_a_day_written_in_figures_is_that_day(day: object) -> None:
    assert _values(str(day)) == [("date", str(day))]
