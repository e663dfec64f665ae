"""Numbers of the two languages of an article: what agrees, and what contradicts."""

import pytest

from kb.numbers import contradictions

AGREEING = [
    ("三天内", "within 3 days"),
    ("24 小时", "1 day"),
    ("24 小时", "one day"),
    ("48 小时", "within two days"),
    ("三个工作日", "three working days"),
    ("3–5 个工作日", "3–5 working days"),
    ("7 天", "7-day returns"),
    ("两年", "2 years"),
    ("1 年", "12 months"),
    ("半年", "6 months"),
    ("九折，也就是 9 折", "10% off"),
    ("85 折", "15% off"),
    ("1 万元", "10,000 yuan"),
    ("¥99", "99 yuan"),
    ("16:00 前", "before 4 pm"),
    ("早上 9 点到晚上 9 点半", "from 9 am to 9:30 p.m."),
    ("12 月 25 日", "25 December"),
    ("2026 年 3 月", "March 2026"),
    ("100 积分抵 1 元", "100 points are worth 1 yuan"),
    # Ways of speaking, not numbers.
    ("第二天送到", "it arrives the next day"),
    ("一个订单只能用一次", "only for one order"),
    ("再试一次", "try again in an hour"),
    ("每天一次", "once a day"),
]

CONTRADICTING = [
    ("7 天", "7 hours", ["7"]),
    ("三天内", "within five days", ["five days", "三天"]),
    ("三天内", "within 5 days", ["5", "三天"]),
    ("2 到 4 天", "2 to 5 days", ["4", "5"]),
    ("9 折", "9% off", ["9"]),
    ("满 99 元", "from 88 yuan", ["88", "99"]),
    ("下午 4 点前", "before 5 pm", ["5 pm", "下午 4 点"]),
    ("24 小时", "two days", ["24", "two days"]),
]


@pytest.mark.parametrize(("chinese", "english"), AGREEING)
def test_they_agree(chinese: str, english: str) -> None:
    assert contradictions(chinese, english) == []


@pytest.mark.parametrize(("chinese", "english", "told"), CONTRADICTING)
def test_they_contradict_each_other(chinese: str, english: str, told: list[str]) -> None:
    assert contradictions(chinese, english) == told
