"""A scripted bot: enough of the real one's manners to try the pages against."""

from __future__ import annotations

import re
from typing import Any

HUMAN = re.compile(r"转人工|人工|person|human", re.I)
ORDER = re.compile(r"SO\d{12}", re.I)
LATE = re.compile(r"订单|快递|order|parcel", re.I)
RETURN = re.compile(r"退货|退换|return", re.I)

ORDER_CARD: dict[str, Any] = {
    "kind": "order",
    "data": {
        "order_number": "SO202611010002",
        "state": {"zh": "运输中", "en": "on its way"},
        "state_code": "in_transit",
        "placed_on": "2026-11-18",
        "placed": {"zh": "11月18日 周三", "en": "Wed 18 Nov"},
        "items": [
            {
                "name": {"zh": "无线降噪耳机 NC200（黑色）", "en": "Wireless noise-cancelling headphones NC200, black"},
                "quantity": 1,
                "price": {"zh": "¥899.00", "en": "CN¥899.00"},
            }
        ],
        "total": {"zh": "¥899.00", "en": "CN¥899.00"},
        "courier": {"zh": "顺丰速运", "en": "SF Express"},
        "tracking_number": "SF1407000020002",
        "promised_on": "2026-11-22",
        "promised": {"zh": "11月22日 周日", "en": "Sun 22 Nov"},
        "events": [
            {
                "at": "2026-11-20T19:30:00+08:00",
                "when": {"zh": "11月20日 周五 19:30", "en": "Fri 20 Nov, 19:30"},
                "text": {
                    "zh": "【上海】快件已到达浦东营业点，准备派送",
                    "en": "[Shanghai] Arrived at the Pudong depot",
                },
            },
            {
                "at": "2026-11-20T06:52:00+08:00",
                "when": {"zh": "11月20日 周五 06:52", "en": "Fri 20 Nov, 06:52"},
                "text": {
                    "zh": "【上海】快件已到达上海转运中心",
                    "en": "[Shanghai] Arrived at the Shanghai sorting centre",
                },
            },
            {
                "at": "2026-11-19T23:15:00+08:00",
                "when": {"zh": "11月19日 周四 23:15", "en": "Thu 19 Nov, 23:15"},
                "text": {"zh": "【杭州】快件已离开杭州转运中心", "en": "[Hangzhou] Left the Hangzhou sorting centre"},
            },
            {
                "at": "2026-11-19T16:40:00+08:00",
                "when": {"zh": "11月19日 周四 16:40", "en": "Thu 19 Nov, 16:40"},
                "text": {"zh": "【杭州】顺丰速运已揽收", "en": "[Hangzhou] Picked up by SF Express"},
            },
        ],
    },
}
REFUND_CARD: dict[str, Any] = {
    "kind": "refund",
    "data": {
        "order_number": "SO202611010004",
        "state": {"zh": "审核通过", "en": "Approved"},
        "state_code": "approved",
        "amount": {"zh": "¥459.00", "en": "CN¥459.00"},
        "method": {"zh": "银行卡", "en": "your bank card"},
        "steps": [
            {
                "code": "requested",
                "text": {"zh": "提交申请", "en": "Requested"},
                "done": True,
                "at": "2026-11-19T09:45:00+08:00",
                "when": {"zh": "11月19日 周四 09:45", "en": "Thu 19 Nov, 09:45"},
            },
            {"code": "approved", "text": {"zh": "审核通过", "en": "Approved"}, "done": True, "at": None, "when": None},
            {"code": "paid_out", "text": {"zh": "退款成功", "en": "Paid out"}, "done": False, "at": None, "when": None},
        ],
        "expected_on": "2026-11-25",
        "expected": {"zh": "11月25日 周三", "en": "Wed 25 Nov"},
    },
}
ARTICLE_CARD: dict[str, Any] = {
    "kind": "article",
    "data": {
        "slug": "returns",
        "title": {"zh": "七天无理由退货", "en": "Returns within seven days"},
        "link": "/help/returns",
        "score": 0.91,
    },
}


def language_of(text: str, before: str) -> str:
    """The language of the text, or the one before when it does not tell."""
    if re.search(r"[\u4e00-\u9fff]", text):
        return "zh"
    return "en" if re.search(r"[A-Za-z]{3}", ORDER.sub("", text)) else before


def said(zh: str, en: str, buttons: tuple[tuple[str, str], ...] = (), card: Any = None) -> dict[str, Any]:
    """A sentence in both languages; buttons are (zh, en) titles."""
    return {"zh": zh, "en": en, "buttons": buttons, "card": card}


PERSON = ("转人工", "Talk to a person")


def answer(text: str, state: dict[str, Any]) -> list[dict[str, Any]]:
    """What the bot says; ``state`` is its memory of this conversation. An empty list asks for a hand-over."""
    if HUMAN.search(text):
        return []
    if ORDER.search(text):
        state["asks"] = "last_four"
        return [said("请输入下单手机号的后四位。", "Please send the last four digits of the phone on the order.")]
    if state.get("asks") == "last_four" and re.fullmatch(r"\d{4}", text.strip()):
        state.pop("asks")
        return [
            said(
                "订单 SO202611010002 运输中，预计 11 月 22 日前送达。",
                "Order SO202611010002 is on its way and promised by 22 November.",
                (("再查一个订单", "Another order"), PERSON),
                ORDER_CARD,
            )
        ]
    if RETURN.search(text):
        return [
            said(
                "签收后 7 天内可无理由退货。详情见 https://shop.example/returns。",
                "You can return an item within 7 days of delivery. See https://shop.example/returns.",
                (("申请退货", "Return an item"), PERSON),
                ARTICLE_CARD,
            )
        ]
    if LATE.search(text):
        return [
            said("请提供订单号（SO 开头，12 位数字）。", "Please send your order number (SO and 12 digits).", (PERSON,))
        ]
    return [said(f"您说的是：{text}", f"You said: {text}", (("查订单", "Track my order"), PERSON))]
