"""The forms of a shop's order numbers: what is found, how it is written down, and which forms are refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lang.normalize import fold
from lang.order_numbers import LONGEST, FormError, OrderNumbers, faults_of, pieces_of, read


def found(forms: tuple[str, ...], text: str) -> list[tuple[str, str]]:
    numbers = OrderNumbers(forms, "", {})
    return [(span.value, text[span.start : span.end]) for span in numbers.find(fold(text))]


@pytest.mark.parametrize(
    ("form", "text", "value", "written"),
    [
        ("#{3}-#{7}-#{7}", "order 111-2345678-7654321 please", "111-2345678-7654321", "111-2345678-7654321"),
        ("#{3}-#{7}-#{7}", "订单111 2345678 7654321到哪了", "111-2345678-7654321", "111 2345678 7654321"),
        ("#{3}-#{7}-#{7}", "11123456787654321", "111-2345678-7654321", "11123456787654321"),
        ("TB#{18}", "ＴＢ123456789012345678 还没到", "TB123456789012345678", "ＴＢ123456789012345678"),
        ("TB#{18}", "tb 123456 789012 345678", "TB123456789012345678", "tb 123456 789012 345678"),
        ("#{10}", "where is 2026110117?", "2026110117", "2026110117"),
        ("JD#{8,12}", "JD12345678 8002", "JD12345678", "JD12345678"),
        ("JD#{8,12}", "JD123456789012", "JD123456789012", "JD123456789012"),
        ("@{2}#{6}", "My order Ab123456, thanks", "AB123456", "Ab123456"),
        ("*{8}", "k7qx2m9p 呢", "K7QX2M9P", "k7qx2m9p"),
        ("web-#{6}", "WEB 123456", "web-123456", "WEB 123456"),
        ("#{11}", "订单号是13912345678", "13912345678", "13912345678"),
        ("#{11}", "20261101001 呢", "20261101001", "20261101001"),
    ],
)
def test_other_shops_numbers(form: str, text: str, value: str, written: str) -> None:
    assert found((form,), text) == [(value, written)]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("#{10}", "12345678901"),
        ("#{10}", "a1234567890"),
        ("#{10}", "花了1234567890元"),
        ("#{10}", "¥1234567890"),
        ("#{10}", "86 1234567890"),
        ("#{11}", "给我回电13912345678"),
        ("@{2}#{6}", "my 123456"),
        ("@{2}#{6}", "xAB123456"),
        ("*{8}", "everyday"),
        ("JD#{8,12}", "JD1234567890123"),
    ],
)
def test_what_is_something_else(form: str, text: str) -> None:
    assert found((form,), text) == []


def test_several_forms_at_once() -> None:
    forms = ("SO#{12}", "R#{6}")
    assert found(forms, "R123456 and so202611010001") == [
        ("SO202611010001", "so202611010001"),
        ("R123456", "R123456"),
    ]


@pytest.mark.parametrize(
    ("form", "word"),
    [
        (r"SO\d{12}", "is not understood"),
        ("(a+)+$", "is not understood"),
        ("SO#{12", "is not understood"),
        ("#{6}", "digits alone"),
        ("#{4}-#{2}", "digits alone"),
        ("@{8}", "words would be taken"),
        ("SO#{3}", "words would be taken"),
        ("#{9,3}", "{n,m} must count"),
        ("#{0,9}", "{n,m} must count"),
        ("#{4,8}#{4,8}", "only one part may vary"),
        ("A#{40}", f"at most {LONGEST}"),
        ("-#{9}", "begin and end with"),
        ("SO#{9}-", "begin and end with"),
        ("订单#{9}", "is not understood"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(form: str, word: str) -> None:
    with pytest.raises(FormError) as raised:
        pieces_of(form)
    assert word in str(raised.value)
    assert repr(form) in str(raised.value)


def test_the_example_must_have_one_of_the_forms() -> None:
    section = {"forms": ["TB#{6}"], "example": "SO202611010000", "zh": "TB 开头", "en": "TB and 6 digits"}
    assert faults_of(section) == ["example: 'SO202611010000' has none of the forms."]
    assert faults_of({**section, "example": "TB123456"}) == []
    assert read(section).described == {"zh": "TB 开头", "en": "TB and 6 digits"}
    assert read(None) == OrderNumbers()


FORMS = st.text(alphabet="#@*{},0123456789ASs-./_ ", min_size=1, max_size=40)


@settings(max_examples=400, deadline=None)
@given(FORMS, st.text(alphabet="0123456789aAsSoO -_.#:/", max_size=60), st.sampled_from("1a -."))
def test_whatever_form_is_written_it_is_refused_or_quick(form: str, text: str, again: str) -> None:
    try:
        pieces_of(form)
    except FormError:
        return
    numbers = OrderNumbers((form,), "", {})
    long = text + again * 4000 + text
    began = time.process_time()
    for said in (text, long, (text * 80)[:4000]):
        for span in numbers.find(fold(said)):
            assert 4 <= len(span.value) <= LONGEST
            # What is written down is found again as the same number.
            assert span.value in [again.value for again in numbers.find(fold(f"order {span.value}"))]
    assert time.process_time() - began < 1.0
