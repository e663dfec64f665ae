"""Questions, requests and "never mind", told by their shape in both languages."""

from __future__ import annotations

import pytest

from actions.forms.asking import asks_for_it, asks_how_it_is, is_question, waves_off


@pytest.mark.parametrize(
    "text",
    [
        "周末送货吗",
        "电子发票能报销吗",
        "能开专票不 我们单位买了三台显示器",
        "那运费谁出",
        "那运费呢",
        "多久到账",
        "还有没有货",
        "收唔收Visa",
        "这个要几天",
        "do you also issue VAT invoices",
        "is the invoice electronic",
        "are e-invoices valid",
        "what happens with my points",
        "and when will it come",
        "oh and does it cost extra",
        "paypal?",
        "It is too small. Can I swap it",
    ],
)
def test_what_asks_something(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "杭州小鹿科技有限公司",
        "开不了机，按了没反应",
        "怎么按都没反应",
        "没什么反应",
        "买了几天就坏了",
        "有几个坏了",
        "还没收到呢",
        "浙江省杭州市西湖区文三路9号2幢501室",
        "does not work",
        "will not charge",
        "was the wrong colour",
        "when it arrived it was cracked",
        "what I ordered was blue",
        "don't ring the bell",
        "do it again please",
        "I have no photo, the case is cracked",
    ],
)
def test_what_asks_nothing(text: str) -> None:
    assert not is_question(text)


def test_a_request_may_have_the_form_of_a_question() -> None:
    for text in ("can you change it to blue", "能帮我改成蓝色吗", "I'd like my money back", "可以换个颜色吗"):
        assert asks_for_it(text), text
    for text in ("do you deliver on Sundays", "周末送货吗", "电子发票能报销吗", "is there a fee"):
        assert not asks_for_it(text), text


def test_how_things_are_is_no_wish() -> None:
    for text in ("do you also issue VAT invoices", "你们也开专票吗", "周末送货吗"):
        assert asks_how_it_is(text), text
    for text in ("地址写错了能改吗", "M码换L码可以吗", "where is my invoice", "can e-invoices be sent again"):
        assert not asks_how_it_is(text), text


def test_few_words_wave_off() -> None:
    for text in ("oh leave it", "forget it then", "算了不开了", "先不用了，谢谢", "nvm"):
        assert waves_off(text), text
    for text in (
        "leave it at the door of number 12, the neighbour takes it in",
        "为什么不用了？",
        "质量太差，退我一部分钱算了吧行不行",
    ):
        assert not waves_off(text), text
