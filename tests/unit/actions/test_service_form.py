"""The form, spoken to without a model: what is asked, what is done, and what is not."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from actions import services
from actions.forms.description import Service
from actions.forms.table import ALL
from actions.records import clock, demo
from actions.records.database import Database
from actions.records.tables import courier_events, order_addresses, order_items, orders, refunds, service_requests
from bot.conversation.collected import collected
from bot.nlu.entity.shop import Shop
from bot.nlu.entity_rules import EntityRules
from lang.order_numbers import OrderNumbers
from tests.databases import change, copy_of, rows
from tests.outages import CanFail
from tests.unit.actions import form_talk
from tests.unit.actions.form_talk import FormTalk, Said


class NoArticles:
    """A knowledge base that knows nothing."""

    def by_intent(self, intent: str, language: str) -> None:
        return None

    async def find(self, *words: object, **more: object) -> list[SimpleNamespace]:
        return []


@pytest.fixture
async def shop(template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(copy_of(template, tmp_path))
    await demo.seed(database, clock.shop_day(clock.now()))
    built = services.build(database)
    services.install(replace(built, open_knowledge=lambda: NoArticles()))  # type: ignore[arg-type,return-value]
    yield database
    await database.close()


def keys(said: list[Said]) -> list[str]:
    return [sentence.key for sentence in said]


async def test_a_return_from_the_first_word_to_the_refund(shop: Database) -> None:
    talk = FormTalk()
    assert keys(await talk.say("我要退货", "return_item")) == ["utter_ask_order_number"]
    assert keys(await talk.say("SO202611010003")) == ["utter_ask_last_four"]
    assert keys(await talk.say("8003")) == ["utter_ask_return_reason"]
    assert keys(await talk.say("不想要了", "cancel_order")) == ["utter_ask_return_way"]
    (confirm,) = await talk.press('/inform{"detail": "return_way=pickup"}')
    assert confirm.key == "utter_return_item_confirm"
    (done,) = await talk.press(confirm.buttons[0])
    assert (done.key, done.effects) == ("utter_return_item_noted", ("return_item:SO202611010003",))
    (refund,) = [row for row in await rows(shop, sa.select(refunds)) if row.order_number == "SO202611010003"]
    assert (refund.state, refund.amount_minor) == ("requested", 39900)
    (request,) = await rows(shop, sa.select(service_requests))
    assert request.details["return_reason"] == "unwanted"
    assert request.reference in str(done.arguments["reference"])


async def test_the_old_yes_of_another_wish_confirms_nothing(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    (first,) = await talk.say("地址改成杭州市西湖区文三路90号", "change_address")
    (second,) = await talk.say("不，改成北京市朝阳区建国路88号", "deny")
    assert first.key == second.key == "utter_change_address_confirm"
    assert keys(await talk.press(first.buttons[0])) == ["utter_change_address_confirm"]
    assert await rows(shop, sa.select(order_addresses)) == []
    assert keys(await talk.press(second.buttons[0])) == ["utter_change_address_done"]
    (row,) = await rows(shop, sa.select(order_addresses))
    assert row.address == "北京市朝阳区建国路88号"
    assert keys(await talk.press(second.buttons[0])) == ["utter_how_can_i_help"]


async def test_a_phone_in_the_address_is_no_proof_of_identity(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("改地址", "change_address")
    await talk.say("SO202611010001")
    await talk.say("8001")
    (confirm,) = await talk.say("杭州市西湖区文三路90号，李雷，13800138000")
    assert confirm.key == "utter_change_address_confirm"
    assert confirm.arguments["new_address"] == "杭州市西湖区文三路90号，李雷，13800138000"


async def test_a_new_phone_is_no_proof_of_identity(shop: Database) -> None:
    talk = FormTalk()
    asked = await talk.say(
        "I gave you an old mobile number for the delivery. New one is 13900000000.", "change_address"
    )
    assert keys(asked) == ["utter_ask_order_number"]
    assert keys(await talk.say("SO202611010001")) == ["utter_ask_last_four"]
    # Nor is it when it is what the question for the digits gets: nothing was tried, so no try is lost.
    assert keys(await talk.say("新号码是13900000000", "change_address")) == ["utter_ask_last_four"]
    assert await services.current().identity.tries_left("talk") == 3
    assert keys(await talk.say("8001")) == ["utter_ask_new_address"]


async def test_the_phone_of_a_new_address_is_the_recipients(shop: Database) -> None:
    talk = FormTalk()
    asked = await talk.say("SO202611010001 收货信息：杭州市西湖区文三路90号，李雷，13800138000", "change_address")
    assert keys(asked) == ["utter_ask_last_four"]
    (confirm,) = await talk.say("8001")
    assert confirm.key == "utter_change_address_confirm"
    assert "13800138000" in str(confirm.arguments["new_address"])


async def test_a_phone_beside_the_order_number_is_proof(shop: Database) -> None:
    talk = FormTalk()
    assert keys(await talk.say("SO202611010002 13800008002 到哪了", "track_order")) == ["utter_order_in_transit"]


async def test_agents_see_that_a_look_up_was_answered(shop: Database) -> None:
    """Asked for the digits it is open; once the order is shown, it is not "not finished by the customer" any more."""
    talk = FormTalk()
    (asked,) = await talk.say("SO202611010002 到哪了", "track_order")
    assert collected([{"facts": asked.facts}])[0]["state"] == "unfinished"
    (shown,) = await talk.say("8002")
    (wish,) = collected([{"facts": asked.facts}, {"facts": shown.facts}])
    assert (wish["service"], wish["order_number"], wish["state"]) == ("track_order", "SO202611010002", "told")


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
async def test_an_order_whose_items_the_shop_does_not_name(shop: Database, service: Service) -> None:
    await change(shop, sa.delete(order_items))
    talk = FormTalk(customer="C10003")
    said = await talk.say("麻烦办一下", service.opened_by[0])
    for _ in range(6):
        if not talk.active:
            break
        said = await talk.press(said[-1].buttons[0]) if said[-1].buttons else await talk.say("换成大号的，原来的太小")
    assert said


async def test_another_shops_order_number_is_asked_for_and_understood(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = OrderNumbers(("#{3}-#{7}",), "111-1111111", {"zh": "10 位数字", "en": "10 digits"})
    monkeypatch.setattr(form_talk, "RULES", EntityRules(Shop(order_numbers=theirs)))
    monkeypatch.setattr("actions.shop.numbers", lambda: theirs)
    renamed = {"order_number": "305-1234567"}
    await change(
        shop,
        sa.delete(order_items),
        sa.delete(courier_events),
        sa.update(orders).where(orders.c.order_number == "SO202611010003").values(**renamed),
    )
    talk = FormTalk()
    (asked,) = await talk.say("到哪了", "track_order")
    assert asked.arguments["looks"] == theirs.described
    assert keys(await talk.say("SO202611010003", "inform")) == ["utter_ask_order_number"]
    assert keys(await talk.say("305 1234567", "inform")) == ["utter_ask_last_four"]
    (told,) = await talk.say("8003")
    assert told.facts["order_number"] == "305-1234567"


async def test_a_shipped_order_keeps_its_address(shop: Database) -> None:
    talk = FormTalk(customer="C10002")
    (refused,) = await talk.say("改成杭州市西湖区文三路90号", "change_address")
    assert refused.key == "utter_change_address_refused_state_in_transit"
    assert refused.facts["details"] == {"new_address": "杭州市西湖区文三路90号"}
    assert '/request_human{"handoff_rule": "request_not_done"}' in refused.buttons


async def test_a_refund_before_dispatch_is_a_cancellation(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    assert keys(await talk.say("我要退款", "request_refund")) == ["utter_cancel_order_confirm"]
    assert keys(await talk.say("是的", "affirm")) == ["utter_cancel_order_done"]
    states = {row.order_number: row.state for row in await rows(shop, sa.select(orders))}
    assert states["SO202611010001"] == "cancelled"


async def test_small_amounts_are_refunded_at_once_others_reviewed(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    assert keys(await talk.say("申请退款", "request_refund")) == ["utter_ask_refund_reason"]
    assert keys(await talk.say("2")) == ["utter_request_refund_confirm"]
    assert keys(await talk.say("对，确认", "affirm")) == ["utter_request_refund_noted"]
    (refund,) = [row for row in await rows(shop, sa.select(refunds)) if row.order_number == "SO202611010003"]
    assert refund.state == "requested"


async def test_a_company_is_asked_for_its_tax_number(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    assert keys(await talk.say("开发票", "request_invoice")) == ["utter_ask_invoice_kind"]
    assert keys(await talk.say("开公司的", "request_invoice")) == ["utter_ask_invoice_title"]
    assert keys(await talk.say("杭州云帆科技有限公司", "ask_store", 0.8)) == ["utter_ask_tax_number"]
    assert keys(await talk.say("我不知道", "smalltalk", 0.5)) == ["utter_ask_tax_number"]
    assert keys(await talk.say("91330106ma2cf00k4k", "nlu_fallback")) == ["utter_ask_email"]
    (confirm,) = await talk.say("发 a@example.com")
    assert confirm.key == "utter_request_invoice_confirm"
    assert confirm.facts["details"]["tax_number"] == "91330106MA2CF00K4K"
    assert keys(await talk.say("嗯好", "affirm")) == ["utter_request_invoice_noted"]
    assert keys(await talk.say("发票呢", "check_invoice")) == ["utter_invoice_asked"]


async def test_a_personal_invoice_needs_no_tax_number_and_may_change_once(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    for title, ends in (("张伟", "noted"), ("李雷", "noted")):
        await talk.say("开发票", "request_invoice")
        await talk.press('/inform{"detail": "invoice_kind=personal"}')
        await talk.say(title, "nlu_fallback")
        await talk.say("a@example.com")
        assert keys(await talk.say("是", "affirm")) == [f"utter_request_invoice_{ends}"]
    assert keys(await talk.say("抬头再改一下", "request_invoice")) == ["utter_request_invoice_refused_changed"]


async def test_another_service_takes_over_and_a_question_does_not(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    assert keys(await talk.say("我要换货", "exchange_item")) == ["utter_ask_wanted_version"]
    assert keys(await talk.say("运费谁出？", "ask_return_policy")) == ["utter_ask_wanted_version"]
    assert keys(await talk.say("算了还是帮我开发票吧", "request_invoice")) == ["utter_ask_invoice_kind"]
    assert keys(await talk.say("不开了", "stop")) == ["utter_stopped"]
    assert talk.slots["service"] is None


async def test_a_no_changes_nothing(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    await talk.say("我要换货", "exchange_item")
    await talk.say("大一号的", "nlu_fallback")
    assert keys(await talk.say("不换了", "deny")) == ["utter_nothing_changed"]
    assert await rows(shop, sa.select(service_requests)) == []


async def test_change_something_asks_again_from_the_first_question(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    await talk.say("我要换货", "exchange_item")
    (confirm,) = await talk.say("大一号的", "nlu_fallback")
    assert keys(await talk.press(confirm.buttons[1])) == ["utter_ask_wanted_version"]
    (again,) = await talk.say("小一号的", "nlu_fallback")
    assert again.arguments["wanted_version"] == "小一号的"


async def test_markup_in_an_answer_stays_text_and_short(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    await talk.say("我要换货", "exchange_item")
    (confirm,) = await talk.say("<b>{order_number}</b>" + "很" * 500, "nlu_fallback")
    told: Any = confirm.arguments["wanted_version"]
    assert told.startswith("<b>{order_number}</b>很")
    assert len(told) == 200


async def test_the_other_order_is_asked_for(shop: Database) -> None:
    await shop.write(
        lambda connection: connection.execute(
            orders.update().where(orders.c.order_number == "SO202611010004").values(customer_id="C10003")
        )
    )
    talk = FormTalk(customer="C10003")
    assert keys(await talk.say("SO202611010003要退货", "return_item")) == ["utter_ask_return_reason"]
    (choose,) = await talk.say("不是这个订单", "deny")
    assert choose.key == "utter_choose_order"
    (refused,) = await talk.press(next(button for button in choose.buttons if "0004" in button))
    assert refused.key == "utter_return_item_refused_state"
    assert refused.arguments["order_number"] == "SO202611010004"


async def test_an_option_in_few_words_is_an_answer_whatever_it_sounds_like(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    await talk.say("收到的东西是碎的", "wrong_or_damaged_item")
    assert keys(await talk.say("没有照片", "deny")) == ["utter_ask_damage_remedy"]
    talk = FormTalk("another", customer="C10001")
    await talk.say("开发票", "request_invoice")
    assert keys(await talk.say("个人", "request_human")) == ["utter_ask_invoice_title"]
    assert keys(await talk.say("我要转人工客服", "request_human")) == ["utter_ask_invoice_title"]
    assert "invoice_title" not in (talk.slots["details"] or "")


async def test_an_unclear_yes_is_asked_again(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    await talk.say("取消订单", "cancel_order")
    assert keys(await talk.say("等一下", "affirm")) == ["utter_cancel_order_confirm"]
    assert keys(await talk.say("取消", "cancel_order")) == ["utter_cancel_order_confirm"]


async def test_tried_again_after_an_outage_nothing_has_to_be_told_twice(shop: Database) -> None:
    installed = services.current()
    records = CanFail(installed.records)
    services.install(replace(installed, records=records))
    talk = FormTalk(customer="C10003")
    await talk.say("我要换货", "exchange_item")
    (confirm,) = await talk.say("大一号的", "nlu_fallback")
    records.down = True
    (down,) = await talk.press(confirm.buttons[0])
    assert down.key == "utter_records_down"
    assert down.facts["details"] == {"wanted_version": "大一号的"}
    assert talk.slots["service"] is None
    records.down = False
    (again,) = await talk.press(down.buttons[0])
    assert again.key == "utter_exchange_item_confirm"
    assert again.arguments["wanted_version"] == "大一号的"


async def test_digits_whose_first_handling_was_cut_short_are_not_questioned(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("我要退货", "return_item")
    await talk.say("SO202611010003")
    # A killed process had come as far as the proof, and the message is handled again.
    await services.current().identity.verify("talk", "SO202611010003", "8003", "", "talk-3")
    assert keys(await talk.say("8003")) == ["utter_ask_return_reason"]
    assert all(event["event"] != "action_execution_rejected" for event in talk.events)


@pytest.mark.parametrize("answer", ["8003 then", "尾号是8003", "那8003呢", "oh, it's 8003", "last digits are 8003"])
async def test_four_digits_among_a_few_words_are_the_answer(answer: str, shop: Database) -> None:
    talk = FormTalk()
    await talk.say("查一下订单SO202611010003", "track_order")
    assert keys(await talk.say(answer)) == ["utter_order_delivered"]


@pytest.mark.parametrize("words", ["8003 or 8004", "I have ordered it in the year 2026, around christmas I think"])
async def test_four_digits_that_may_be_anything_cost_no_try(words: str, shop: Database) -> None:
    talk = FormTalk()
    await talk.say("查一下订单SO202611010003", "track_order")
    assert keys(await talk.say(words)) == ["utter_ask_last_four"]
    assert await services.current().identity.tries_left(talk.name) == 3


@pytest.mark.parametrize(("yes", "intent"), [("对", "affirm"), ("是", "affirm"), ("不", "deny")])
async def test_a_yes_of_one_sign_is_no_story(yes: str, intent: str, shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    assert keys(await talk.say("我想换货", "exchange_item")) == ["utter_ask_wanted_version"]
    await talk.say(yes, intent)
    assert "wanted_version" not in (talk.slots.get("details") or "")


async def test_the_answer_that_met_an_outage_is_not_asked_for_again(shop: Database) -> None:
    current = services.current()
    down = CanFail(current.records)
    services.install(replace(current, records=down))
    talk = FormTalk(customer="C10003")
    assert keys(await talk.say("我想换货", "exchange_item")) == ["utter_ask_wanted_version"]
    down.down = True
    (told,) = await talk.say("换6升的那款")
    assert told.key == "utter_records_down"
    assert told.facts["details"] == {"wanted_version": "换6升的那款"}
    down.down = False
    assert keys(await talk.press(told.buttons[0])) == ["utter_exchange_item_confirm"]


async def test_a_new_title_says_what_it_replaces_and_that_it_is_the_last(shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    for left, line in (("word_changes_left", 1), ("word_no_changes_left", 2)):
        await talk.say("开个人发票", "request_invoice")
        await talk.say("张伟")
        (confirm,) = await talk.say("zw@example.com")
        assert len(confirm.arguments["invoice_lines"]) == line
        (noted,) = await talk.say("是的", "affirm")
        assert noted.arguments["changes_line"]["key"] == left


async def test_what_the_opening_words_named_is_not_asked_again_once_the_order_is_proven(shop: Database) -> None:
    talk = FormTalk()
    opening = "can u change the color of the bottle to black on order SO202611010001"
    assert keys(await talk.say(opening, "change_order")) == ["utter_ask_last_four"]
    (confirm,) = await talk.say("8001")
    assert confirm.key == "utter_change_order_confirm"
    assert '"item": "0"' in talk.slots["details"]
    assert '"new_variant": "black"' in talk.slots["details"]


async def test_an_item_named_before_is_forgotten_when_the_details_are_asked_anew(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("change the color of the bottle to black, order SO202611010001", "change_order")
    await talk.say("8001")
    assert keys(await talk.press('/inform{"detail": "change_order=again"}')) == ["utter_ask_order_change"]
    assert keys(await talk.say("the colour")) == ["utter_ask_item"]


async def test_a_change_of_mind_in_the_middle_of_a_change_is_no_item(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("change the colour please, SO202611010001", "change_order")
    assert keys(await talk.say("8001")) == ["utter_ask_item"]
    (confirm,) = await talk.say("actually cancel the whole thing", "cancel_order")
    assert confirm.key == "utter_cancel_order_confirm"


async def test_who_wants_to_send_a_faulty_thing_back_says_so_once(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("空气炸锅用了五天糊味特别大，想退了", "product_problem")
    await talk.say("SO202611010003")
    (asked,) = await talk.say("8003")
    assert asked.key == "utter_ask_return_way"
    assert '"return_reason": "faulty"' in talk.slots["details"]


async def test_when_the_money_comes_is_a_question_about_the_return_that_is_being_asked_for(shop: Database) -> None:
    hit = SimpleNamespace(slug="refund-time", titles={}, link="", score=0.9, answers={}, section="")

    class OneArticle(NoArticles):
        async def find(self, *words: object, **more: object) -> list[SimpleNamespace]:
            return [hit]

    installed = services.current()
    services.install(replace(installed, open_knowledge=OneArticle))  # type: ignore[arg-type]
    talk = FormTalk()
    await talk.say("想退货 SO202611010003 8003", "return_item")
    assert talk.asked == "details"
    assert keys(await talk.say("什么时候能到账", "track_refund")) == ["utter_article_answer", "utter_ask_return_reason"]
    assert keys(await talk.say("帮我查下退款", "track_refund")) != ["utter_ask_return_reason"]


async def test_an_invoice_asks_only_for_what_the_first_message_left_out(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("我想开发票 抬头 上海明远科技有限公司 税号 91310115MA1K4ABC12", "request_invoice")
    assert keys(await talk.say("SO202611010003 尾号8003")) == ["utter_ask_email"]


async def test_a_picture_sent_before_it_is_asked_for_counts(shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    said = keys(await talk.say("收到的东西有问题", "wrong_or_damaged_item"))
    assert said == ["utter_wrong_or_damaged_item_sorry", "utter_ask_damage"]
    assert keys(await talk.photograph()) == ["utter_ask_damage"]
    assert keys(await talk.press('/inform{"detail": "damage=damaged"}')) == ["utter_ask_damage_remedy"]
    assert '"photo": "sent"' in talk.slots["details"]


async def test_a_wish_that_a_crash_has_handled_again_is_no_second_wish(shop: Database) -> None:
    talk = FormTalk()
    await talk.say("SO202611010003 8003 显示签收了但我没收到", "not_received")
    await talk.press('/inform{"detail": "looked=yes"}')
    (confirm,) = await talk.press('/inform{"detail": "lost_remedy=resend"}')
    before = copy.deepcopy(talk)
    first = await talk.press(confirm.buttons[0])
    again = await before.press(confirm.buttons[0])
    assert keys(again) == keys(first)
    assert again[0].effects == first[0].effects != ()


@pytest.mark.parametrize("said", ["就电话改 地址不变", "same adress only the phone"])
async def test_that_the_address_stays_is_no_address(said: str, shop: Database) -> None:
    talk = FormTalk(customer="C10001")
    await talk.say("改一下电话", "change_address")
    assert "utter_change_address_confirm" not in keys(await talk.say(said, "change_address"))


@pytest.mark.parametrize("said", ["开不了机啊", "it wont turn on"])
async def test_a_reason_is_one_without_its_apostrophe(said: str, shop: Database) -> None:
    talk = FormTalk(customer="C10003")
    assert keys(await talk.say("退钱", "request_refund")) == ["utter_ask_refund_reason"]
    assert keys(await talk.say(said, "product_problem")) == ["utter_request_refund_confirm"]
