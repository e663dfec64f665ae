"""Cards where a channel shows nothing but text, and Messenger's templates: their own words, none of them twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from actions.records.cards import ORDER as ORDER_KIND
from actions.records.cards import REFUND as REFUND_KIND
from actions.records.cards import order_card, refund_card
from actions.words import words
from bot.channels.messenger_render import bodies
from bot.conversation.card_words import card_lines
from bot.messages import Author, Card, Language, StoredMessage
from tests.unit.records.test_cards import ORDER, REFUND

ARTICLE = Card("article", {"title": {"zh": "退货", "en": "Returns"}, "link": "/help/returns"})
CARDS = {
    "order": Card(ORDER_KIND, order_card(ORDER, words())),
    "bare order": Card(ORDER_KIND, order_card(replace(ORDER, courier=None, events=(), items=()), words())),
    "many items": Card(ORDER_KIND, order_card(replace(ORDER, items=ORDER.items * 20), words())),
    "refund": Card(REFUND_KIND, refund_card(REFUND, words())),
    "article": ARTICLE,
    "of an earlier version": Card(ORDER_KIND, {"order_number": "SO1", "state": {"zh": "运输中", "en": "on its way"}}),
    "of a later version": Card("hologram", {}),
}


def message(card: Card, language: Language, text: str = "…") -> StoredMessage:
    now = datetime(2026, 11, 22, tzinfo=timezone.utc)
    return StoredMessage("m" * 32, "c" * 32, 1, 1, Author.BOT, text, language, now, card=card)


def test_what_the_sentence_says_already_is_not_said_again() -> None:
    beside = "订单 SO202611010002（耳机）正由顺丰速运（运单号 SF1407000020002）配送。"
    lines = card_lines(CARDS["order"], "zh", beside=beside)
    assert "顺丰速运 · SF1407000020002" not in lines
    assert lines[0] == "SO202611010002 · 运输中"  # its state is new
    assert "合计 ¥1,299.00" in lines


def test_a_link_needs_an_address() -> None:
    assert card_lines(ARTICLE, "en") == ["Returns"]
    assert card_lines(ARTICLE, "en", "https://shop.example") == [
        "Returns",
        "https://shop.example/help/returns?language=en",
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", CARDS)
def test_messenger_takes_every_card(name: str, language: Language) -> None:
    """Its limits: 1 to 10 elements, a title and something beneath it, each at most 80 characters."""
    for body in bodies("1", message(CARDS[name], language), public_url="https://shop.example"):
        template: dict[str, Any] | None = body["message"].get("attachment")
        if template is None:
            assert body["message"]["text"]
            continue
        elements = template["payload"]["elements"]
        assert 0 < len(elements) <= 10
        for element in elements:
            assert 0 < len(element["title"]) <= 80
            assert 0 < len(element.get("subtitle", "x")) <= 80
            assert set(element) & {"subtitle", "buttons"}


def test_an_order_and_its_parcel_stand_side_by_side() -> None:
    (_, second) = bodies("1", message(CARDS["order"], "zh"))
    elements = second["message"]["attachment"]["payload"]["elements"]
    assert elements[0] == {
        "title": "SO202611010002 · 运输中",
        "subtitle": "耳机 · ¥1,099.00\n线 ×2 · ¥100.00\n合计 ¥1,299.00\n顺丰速运 · SF1407000020002",
    }
    assert elements[1]["title"].startswith("2025年11月20日 周四 19:30 · 第0站")
    assert elements[1]["subtitle"].startswith("2025年11月20日 周四 18:30 · 第1站")
