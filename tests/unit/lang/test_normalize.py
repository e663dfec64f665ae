from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lang.normalize import fold, normalize


@given(st.text())
def test_length_never_changes(text: str) -> None:
    assert len(normalize(text)) == len(text)
    assert len(fold(text)) == len(text)


@given(st.text())
def test_normal_form_is_stable(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.text())
def test_result_can_be_sent_and_stored(text: str) -> None:
    assert normalize(text).encode("utf-8").decode("utf-8") == normalize(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＳＯ２０２６１１０１０００１", "SO202611010001"),
        ("訂單什麼時候到", "订单什么时候到"),
        ("退貨運費誰出？", "退货运费谁出?"),
        ("a\x00b\u200bc\u3000d\te", "a b c d e"),
        ("don’t “worry”", 'don\'t "worry"'),
        ("lone \ud800 surrogate", "lone   surrogate"),
        ("Order №①", "Order №1"),
    ],
)
def test_written_forms_become_one(text: str, expected: str) -> None:
    assert normalize(text) == expected


def test_a_character_does_not_depend_on_its_neighbours() -> None:
    # OpenCC's phrases would keep 乾 in 乾坤; character by character it is always the same.
    assert normalize("乾坤乾淨")[0] == normalize("乾")


def test_case_is_kept_by_normalize_and_lost_by_fold() -> None:
    assert normalize("ＷＨＥＲＥ Is it") == "WHERE Is it"
    assert fold("ＷＨＥＲＥ Is it") == "where is it"


def test_letters_whose_lower_case_is_longer_stay() -> None:
    assert fold("İstanbul") == "İstanbul"
