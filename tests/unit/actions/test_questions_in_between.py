"""Questions, second thoughts and "never mind" inside the form, without a model: what the form takes, and what not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions import services
from actions.records import clock, demo
from actions.records.database import Database
from kb.search import Hit
from tests.databases import copy_of
from tests.unit.actions.form_talk import FormTalk, Said


class Articles:
    """Each article answers the questions that hold all of its words, the more words the better."""

    def __init__(self, **words: str) -> None:
        self._words = words

    def by_intent(self, intent: str, language: str) -> Hit | None:
        return None

    async def find(self, text: str, language: str, **how: Any) -> list[Hit]:
        fitting = [(slug, words.split()) for slug, words in self._words.items()]
        found = [(slug, len(words)) for slug, words in fitting if all(word in text for word in words)]
        best = sorted(found, key=lambda one: -one[1])[:1]
        return [_hit(slug, 0.6 + 0.1 * count) for slug, count in best]


def _hit(slug: str, score: float) -> Hit:
    return Hit(slug, "zh", slug, "…", score, f"/help/{slug}", "", {"zh": slug}, {"zh": "…"})


@pytest.fixture
async def shop(template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(copy_of(template, tmp_path))
    await demo.seed(database, clock.shop_day(clock.now()))
    articles = Articles(
        delivery="运费", postage="退货 运费", weekend="周末 送货", vat="专票", refunds="退款 几天", exchange="换 特价"
    )
    services.install(replace(services.build(database), open_knowledge=lambda: articles))  # type: ignore[arg-type,return-value]
    yield database
    await database.close()


def told(said: list[Said]) -> list[str]:
    """Keys; of an article its name."""
    return [((sentence.arguments.get("card") or {}).get("data") or {}).get("slug") or sentence.key for sentence in said]


async def at_the_title() -> FormTalk:
    talk = FormTalk(customer="C10003")
    await talk.say("开发票", "request_invoice")
    assert told(await talk.say("个人的", "nlu_fallback")) == ["utter_ask_invoice_title"]
    return talk


async def test_a_question_of_the_services_own_intent_is_answered_and_the_form_goes_on(shop: Database) -> None:
    talk = await at_the_title()
    assert told(await talk.say("你们也开专票吗", "request_invoice")) == ["vat", "utter_ask_invoice_title"]
    assert "invoice_title" not in (talk.slots["details"] or "")
    # Where no article knows, it is at least not taken for the name.
    assert told(await talk.say("能开成咨询费吗", "request_invoice")) == ["utter_ask_invoice_title"]
    assert told(await talk.say("李想", "nlu_fallback")) == ["utter_ask_email"]


async def test_a_question_with_another_services_intent_does_not_take_over(shop: Database) -> None:
    talk = await at_the_title()
    weekend = await talk.say("周末送货吗", "schedule_delivery")
    assert told(weekend) == ["weekend", "utter_ask_invoice_title"]
    assert weekend[0].buttons[0] == "/schedule_delivery"
    # A request takes over, in the form of a question too.
    assert told(await talk.say("能帮我约周末送货吗", "schedule_delivery")) != ["weekend", "utter_ask_invoice_title"]
    assert talk.slots["service"] != "request_invoice"


async def test_a_short_question_is_about_what_the_form_is_about(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    await talk.say("我要退货", "return_item")
    assert talk.slots["service"] == "return_item"
    # The rule for such an intent says the article outside the form (tests/scenarios); here, for a service's intent.
    assert told(await talk.say("那运费谁出", "exchange_item"))[0] == "postage"


async def test_never_mind_ends_the_form_whatever_the_classifier_makes_of_it(shop: Database) -> None:
    for words, intent in (("oh leave it", "nlu_fallback"), ("算了不开了", "request_invoice"), ("算了", "smalltalk")):
        talk = await at_the_title()
        assert told(await talk.say(words, intent)) == ["utter_stopped"]
        assert not talk.active
        assert talk.slots["service"] is None
        assert talk.slots["details"] is None


async def test_an_earlier_answer_may_be_put_right(shop: Database) -> None:
    talk = await at_the_title()
    assert told(await talk.say("把发票抬头改成公司", "request_invoice")) == ["utter_ask_invoice_title"]
    assert told(await talk.say("杭州小鹿科技有限公司", "nlu_fallback")) == ["utter_ask_tax_number"]


async def test_another_order_after_a_refusal_is_for_the_same_wish(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("取消订单SO202611010002，尾号8002", "cancel_order")
    assert talk.last is not None
    assert talk.last.key.startswith("utter_cancel_order_refused")
    assert told(await talk.say("SO202611010001", "inform")) == ["utter_ask_last_four"]
    assert told(await talk.say("8001", "inform")) == ["utter_cancel_order_confirm"]
    # Long after, a number is asked about.
    assert told(await talk.say("不取消了", "deny")) == ["utter_nothing_changed"]
    assert told(await talk.say("SO202611010003", "inform")) == ["utter_what_about_order"]


async def test_a_second_wish_is_offered_when_the_first_is_settled(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    talk.also = ("change_address", "地址也改一下")
    assert told(await talk.say("帮我催一下，地址也改一下", "expedite_order"))[-1] == "utter_also_wanted"
    assert talk.last is not None
    assert talk.last.buttons == ("/change_address",)
    assert talk.last.arguments["wish"] == "地址也改一下"
    assert told(await talk.say("好的", "affirm")) == ["utter_ask_new_address"]
    # Nobody is asked for it again.
    await talk.say("杭州市西湖区文三路90号", "inform")
    assert told(await talk.say("是的", "affirm")) == ["utter_change_address_done"]


async def test_a_second_wish_that_was_taken_up_meanwhile_is_not_offered(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    talk.also = ("track_order", "现在到哪了")
    await talk.say("地址改成杭州市西湖区文三路90号，现在到哪了", "change_address")
    assert "utter_order_paid" in told(await talk.say("先看到哪了", "track_order"))
    assert talk.last is not None
    assert talk.last.key != "utter_also_wanted"


async def test_a_second_question_is_answered_at_once(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    talk.also = ("ask_return_policy", "退货的运费谁出")
    said = await talk.say("帮我退货，退货的运费谁出", "return_item")
    assert told(said) == ["postage", "utter_ask_return_reason"]


STORY = (
    "您好，是这样的，昨天给我爸买的保温杯，本来想着周末回家带给他，结果他临时说周五就要跟老同学出去爬山了，我也来不及回去，"
    "现在就想问问你们这个东西到底什么时候能出库，要是赶不上的话我也得另想办法，麻烦看看吧"
)


@pytest.mark.parametrize(("said", "done"), [("帮我催一下", True), (STORY, False)], ids=["short", "story"])
async def test_what_nobody_confirms_is_not_done_upon_a_long_story(shop: Database, said: str, done: bool) -> None:
    talk = FormTalk(customer="C10001")
    keys = told(await talk.say(said, "expedite_order"))
    assert ("utter_expedite_order_noted" in keys) is done
    assert talk.last is not None
    assert ("/expedite_order" in talk.last.buttons) is not done
    if not done:
        assert "utter_expedite_order_noted" in told(await talk.press("/expedite_order"))


async def test_a_long_story_is_not_forgotten_over_the_proof(shop: Database) -> None:
    talk = FormTalk()
    await talk.say(STORY, "expedite_order")
    await talk.say("SO202611010001", "inform")
    assert told(await talk.say("8001", "inform")) == ["utter_order_paid"]


@pytest.mark.parametrize("said", ["额 算了我还是想退", "nvm, I'd rather return it"])
async def test_who_thinks_again_has_not_answered(shop: Database, said: str) -> None:
    talk = FormTalk(customer="C10003")
    assert told(await talk.say("想换货", "exchange_item")) == ["utter_ask_wanted_version"]
    assert told(await talk.say(said, "return_item")) == ["utter_ask_return_reason"]


@pytest.mark.parametrize(
    ("said", "intent", "shown"),
    [
        ("现在到哪了", "track_order", "utter_order_delivered"),
        ("pick it up pls", "expedite_order", "utter_order_delivered"),
        ("钱退哪儿", "track_refund", "utter_no_refund"),
    ],
)
async def test_what_only_looks_something_up_leaves_no_form(said: str, intent: str, shown: str, shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    assert told(await talk.say("我的东西坏了，想换货", "exchange_item")) == ["utter_ask_wanted_version"]
    looked = await talk.say(said, intent)
    assert told(looked) == [shown, "utter_ask_wanted_version"]
    assert not any(sentence.effects for sentence in looked)
    assert told(await talk.say("大一码", "inform")) == ["utter_exchange_item_confirm"]


async def test_another_orders_number_leaves_the_form(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    await talk.say("想换货", "exchange_item")
    assert "utter_ask_wanted_version" not in told(await talk.say("SO202611010001到哪了", "track_order"))
