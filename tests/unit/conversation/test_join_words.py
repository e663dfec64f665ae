"""What customers type and press about joining chats, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.join_words import NO, SIGNS, UNLINK, YES, Kind, Wish, new_secrets, wish_in, without_codes
from bot.rules_joining import load_join_rules

WORDS = load_join_rules().words


def wish(text: str, payload: str | None = None) -> Wish | None:
    return wish_in(text, payload, WORDS)


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("换到微信继续", "wechat"),
        ("请帮我转到微信", "wechat"),
        ("可以换到微信继续聊吗？", "wechat"),
        ("continue on WeChat", "wechat"),
        ("Can I continue on WeChat, please?", "wechat"),
        ("I'd like to switch to Facebook Messenger!", "messenger"),
        ("let's move to messenger", "messenger"),
        ("转到企业微信继续", "wecom"),
        ("到网页继续", "web"),
        ("continue on the website", "web"),
        ("换个渠道", None),
        ("Join code, please", None),
    ],
)
def test_who_wants_to_go_on_elsewhere(text: str, channel: str | None) -> None:
    assert wish(text) == Wish(Kind.START, channel)


@pytest.mark.parametrize(
    "text",
    [
        "微信",
        "我昨天换到微信继续聊了，没人理我",
        "微信支付失败了怎么办",
        "绑定微信",
        "解除绑定",
        "can I pay on WeChat?",
        "your WeChat bot told me to continue on WeChat and it failed",
        "取消订单",
        "delivery",
        "KFC",
        "KF-ABCD",
        "order SO202611010001",
        "SF1234567890123",
        "",
        "？",
        "continue on " * 100,
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize("text", ["解除关联", "请解除关联。", "Unlink", "please unlink my chats"])
def test_who_wants_to_separate_them(text: str) -> None:
    assert wish(text) == Wish(Kind.UNLINK)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("是的", Kind.YES), ("OK!", Kind.YES), ("Yes, link them", Kind.YES), ("不", Kind.NO), ("Don't link", Kind.NO)],
)
def test_yes_and_no(text: str, kind: Kind) -> None:
    assert wish(text) == Wish(kind)


def test_buttons_say_it_by_their_payload_alone() -> None:
    pressed = [wish("换到微信继续", payload) for payload in (YES, NO, UNLINK, "/track_order")]
    assert pressed == [Wish(Kind.YES), Wish(Kind.NO), Wish(Kind.UNLINK), None]


@given(st.randoms(use_true_random=False), st.sampled_from(["{}", " {} ", "我的关联码是 {}", "my code: {}.", "（{}）"]))
def test_a_code_is_heard_however_it_is_typed(dice: object, around: str) -> None:
    made = new_secrets(dice.choice)  # type: ignore[attr-defined]
    meant = Wish(Kind.CODE, hash=made.hashes()["code"])
    assert wish(around.format(made.code)) == meant
    for typed in (made.code.lower(), made.code.replace("-", ""), made.code.replace("-", " "), _wide(made.code)):
        assert wish(typed) == meant
    assert wish(made.link) == Wish(Kind.CODE, hash=made.hashes()["link"])


def _wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def test_secrets_are_long_and_never_alike() -> None:
    made = [new_secrets() for _ in range(200)]
    assert len({each.code for each in made} | {each.link for each in made}) == 400
    assert len(SIGNS) ** 8 > 8e11
    assert all(len(each.link) <= 64 for each in made), "WeChat's scenes are no longer than that"


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    wish(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("关联码：KF-AB2C-D3EF\n10分钟内有效", "关联码：KF-…\n10分钟内有效"),
        ("我的关联码是kf-ab2c-d3ef。", "我的关联码是kf-…。"),
        ("https://x.example/widget/?join=KFL-" + "A" * 32, "https://x.example/widget/?join=KFL-…"),
        ("https://m.me/1?ref=KFL-" + "A" * 32, "https://m.me/1?ref=KFL-…"),
        ("https://mp.example/showqrcode?ticket=abc%3D%3D\n好", "https://mp.example/showqrcode?ticket=…\n好"),
        ("https://x.example/exports/7?signature=s3cr3t&a=1", "https://x.example/exports/7?signature=…&a=1"),
        ("型号 KF-2020-PRO，SO202611010001", "型号 KF-2020-PRO，SO202611010001"),
        ("https://x.example/help/returns?language=zh", "https://x.example/help/returns?language=zh"),
    ],
)
def test_a_copy_holds_nothing_that_opens_the_chat(text: str, left: str) -> None:
    assert without_codes(text) == left
