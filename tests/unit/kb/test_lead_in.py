"""What opens a question is no part of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.lead_in import without_lead_in


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("等一下，退货要几天内？", "退货要几天内？"),
        ("等下退货要几天内", "退货要几天内"),
        ("你好，请问一下运费多少", "运费多少"),
        ("对了 发票怎么开", "发票怎么开"),
        ("嗯，我还想问下能不能用支付宝", "能不能用支付宝"),
        ("喂，在吗？怎么换货", "怎么换货"),
        ("不好意思打扰一下，保修多久", "保修多久"),
        ("Wait, how long do I have to return it?", "how long do I have to return it?"),
        ("hi there! quick question: do you ship to Canada", "do you ship to Canada"),
        ("OK... and the fee?", "and the fee?"),
        # Not what opens it, but what it is about.
        ("wait times at the warehouse", "wait times at the warehouse"),
        ("so long a delivery", "so long a delivery"),
        ("多久能到", "多久能到"),
        ("客服几点上班", "客服几点上班"),
        ("喂食器怎么装", "喂食器怎么装"),
        ("额度是多少", "额度是多少"),
        ("你好评返现还有吗", "你好评返现还有吗"),
        # Nothing else is said.
        ("你好", "你好"),
        ("hello!", "hello!"),
        ("等一下，", "等一下，"),
        ("", ""),
    ],
)
def test_the_question_is_what_is_left(said: str, rest: str) -> None:
    assert without_lead_in(said) == rest


@given(st.text(max_size=60))
def test_nothing_is_added_and_a_question_stays_one(text: str) -> None:
    rest = without_lead_in(text)
    assert text.endswith(rest)
    assert without_lead_in(rest) == rest
    assert bool(rest.strip()) == bool(text.strip())
