"""Did the article help? What is heard as an answer to that, and that it is kept once."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from actions import feedback, services
from actions.feedback import ask_whether_it_helped, judged
from actions.records.article_feedback import Judgement, keep
from actions.records.care_tables import article_feedback
from actions.records.database import Database
from actions.turn import CustomerTurn
from kb.search import Hit
from tests.databases import rows
from tests.unit.actions.conftest import Clock

TURN = CustomerTurn("c", "m", None, "", "怎么退货", "return_item", 0.9, (), (), "zh", None, None)
LONG = "收到商品七天之内，只要不影响再次销售，都可以申请退货。在订单页点“申请售后”，选好原因，快递员会上门来取。"
HIT = Hit("how-to-return", "zh", "怎样退货", LONG, 0.9, "/help/how-to-return", "", {"zh": "怎样退货"}, {"zh": LONG})


@pytest.mark.parametrize(
    "text", ["没用", "不是这个", "答非所问！", "That's not it", "that didn’t help.", "useless", "没解决我的问题"]
)
def test_short_words_that_it_did_not_help(text: str) -> None:
    assert judged(text) is False


@pytest.mark.parametrize("text", ["有帮助", "解决了，谢谢", "yes that helped", "That's it!"])
def test_short_words_that_it_helped(text: str) -> None:
    assert judged(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "不用了",
        "no thanks",
        "我的耳机用了三天就没用了，左边完全没有声音，怎么办",
        "my headphones are useless, the left one has been dead since Monday, what can I do",
        "订单到哪了",
    ],
)
def test_other_words_are_no_judgement(text: str) -> None:
    assert judged(text) is None


def test_it_is_asked_under_an_answer_and_remembers_the_question() -> None:
    asked = ask_whether_it_helped(TURN, HIT)
    assert [offer["response"] for offer in asked["offers"]] == ["button_helped_yes", "button_helped_no"]
    assert asked["more_facts"]["question"] == "怎么退货"


def test_it_is_not_asked_in_a_form_nor_under_a_remark() -> None:
    assert ask_whether_it_helped(replace(TURN, form="cancel_order_form"), HIT) == {}
    assert ask_whether_it_helped(TURN, replace(HIT, answer="可以。")) == {}


def test_the_usual_next_step_comes_first() -> None:
    asked = ask_whether_it_helped(replace(TURN, intent="ask_return_policy"), HIT)
    assert [offer["response"] for offer in asked["offers"]] == [
        *("button_topic_return_item", "button_helped_yes", "button_helped_no"),
    ]
    remark = ask_whether_it_helped(replace(TURN, intent="ask_return_policy"), replace(HIT, answer="可以。"))
    assert [offer["payload"] for offer in remark["offers"]] == ["/return_item"]
    assert ask_whether_it_helped(replace(TURN, intent="ask_return_policy", form="service_form"), HIT) == {}


def test_a_pressed_topic_is_asked_again_by_its_title() -> None:
    asked = ask_whether_it_helped(replace(TURN, text="/return_item"), HIT)
    assert asked["more_facts"]["question"] == "怎样退货"


class Shelf:
    """A knowledge base whose articles all answer everything; keeps what it was asked."""

    def __init__(self, *hits: Hit) -> None:
        self.hits, self.asked = hits, {}

    async def find(self, text: str, language: str, **how: Any) -> list[Hit]:
        self.asked = {"text": text, **how}
        return [hit for hit in self.hits if hit.slug not in how["excluding"]][: how["top"]]


async def test_the_next_best_is_the_best_that_was_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(HIT, replace(HIT, slug="return-policy", score=0.3))
    monkeypatch.setattr(services, "current", lambda: SimpleNamespace(knowledge=shelf))
    answer = {"question": "怎么退货", "question_intent": "return_item"}
    found = await feedback._next_best(answer, ["how-to-return"], TURN)
    assert found is not None
    assert found.slug == "return-policy"
    assert shelf.asked == {
        "text": "怎么退货",
        "top": 1,
        "intents": {"return_item": 1.0},
        "excluding": ["how-to-return"],
    }
    assert await feedback._next_best({}, ["how-to-return"], TURN) is None
    assert await feedback._next_best(answer, ["how-to-return", "return-policy"], TURN) is None


async def test_a_guess_that_is_too_unlikely_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(HIT, replace(HIT, slug="return-policy", score=feedback.NEXT_FROM - 0.01))
    monkeypatch.setattr(services, "current", lambda: SimpleNamespace(knowledge=shelf))
    assert await feedback._next_best({"question": "怎么退货"}, ["how-to-return"], TURN) is None


async def test_a_judgement_is_counted_once_a_message(shop: Database, clock: Clock) -> None:
    judgement = Judgement("m1", "c1", "how-to-return", "return_item", "zh", False)
    for _ in range(2):
        await shop.write(keep, judgement, clock())
    kept = await rows(shop, sa.select(article_feedback))
    assert [(row.article, row.intent, row.helped, row.at) for row in kept] == [
        ("how-to-return", "return_item", False, clock())
    ]
