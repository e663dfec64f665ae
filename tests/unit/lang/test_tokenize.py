from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lang.normalize import normalize
from lang.tokenize import tokenize

MIXED = st.text(
    alphabet=st.sampled_from("我的订单到哪了 訂單 where is my order 12.5元 SO2026 ,!?，。’don't ６🙂\n\x00é")
)


@settings(deadline=None)
@given(st.one_of(MIXED, st.text()))
def test_offsets_slice_the_text_and_nothing_is_lost(text: str) -> None:
    tokens = tokenize(text)
    clean = normalize(text)
    assert [token.text for token in tokens] == [clean[token.start : token.end] for token in tokens]
    ends = [0, *(token.end for token in tokens)]
    starts = [*(token.start for token in tokens), len(text)]
    gaps = [clean[end:start] for end, start in zip(ends, starts, strict=True)]
    assert all(start >= end for end, start in zip(ends, starts, strict=True))
    assert not "".join(gaps).strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我的order到哪了", ["我", "的", "order", "到", "哪", "了"]),
        ("訂單SO２０２６１１０１０００１什麼時候到", ["订单", "SO202611010001", "什么", "时候", "到"]),
        ("iphone15卖129.00元吗", ["iphone15", "卖", "129.00", "元", "吗"]),
        ("2026-11-21 8:30", ["2026-11-21", "8:30"]),
        ("where's my order?", ["where", "'s", "my", "order", "?"]),
        ("   ", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert [token.text for token in tokenize(text)] == expected


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["(", "😡", "!?", "'", "a", "a@", "很!", "$"])
def test_long_messages_take_no_quadratic_time(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    assert "".join(token.text for token in tokenize(text)) == normalize(text)
