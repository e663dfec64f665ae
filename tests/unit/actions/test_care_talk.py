"""Calls, advertising and complaints, spoken to without a model; also while the shop's own system is down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from actions import services
from actions.account import AccountLink
from actions.call_requests import RequestCallback
from actions.complaints import CheckComplaint, MakeComplaint
from actions.conversation import Stop
from actions.fallback import Fallback
from actions.forms.validate import ValidateServiceForm
from actions.identity.check import Identity
from actions.inform import Inform, MissingOrderNumber
from actions.newsletter import Newsletter
from actions.records import clock, demo
from actions.records.care_tables import complaints
from actions.records.database import Database
from actions.records.ledger import Ledger
from actions.records.own import OwnRecords
from actions.records.tables import service_requests
from tests.databases import change, copy_of, rows
from tests.outages import CanFail
from tests.unit.actions.care_talk import CareTalk

ACTIONS: dict[str, Any] = {
    "inform": Inform(),
    "request_callback": RequestCallback(),
    "make_complaint": MakeComplaint(),
    "edit_account": AccountLink(),
    "stop": Stop(),
    "change_address": ValidateServiceForm(),
}


class NoArticles:
    """A knowledge base that knows nothing."""

    def by_intent(self, intent: str, language: str) -> None:
        return None

    async def find(self, *words: object, **more: object) -> list[SimpleNamespace]:
        return []


@dataclass
class World:
    """``shop``: the records of a shop with a system of its own; ``database``: everything of ours."""

    shop: CanFail
    database: Database

    async def requests(self) -> list[tuple[str, str]]:
        return [(row.kind, row.state) for row in await rows(self.database, sa.select(service_requests))]

    async def complaints(self) -> list[str]:
        return [row.state for row in await rows(self.database, sa.select(complaints))]


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    database, other = Database(copy_of(template, tmp_path)), Database(copy_of(template, tmp_path))
    await demo.seed(other, clock.shop_day(clock.now()))
    shop = CanFail(OwnRecords(other))
    ledger = Ledger(database, shop)
    built = services.build(database, ledger)
    identity = Identity(database, ledger, built.limits.identity)
    services.install(replace(built, identity=identity, open_knowledge=lambda: NoArticles()))  # type: ignore[arg-type,return-value]
    yield World(shop, database)
    await database.close()
    await other.close()


def keys(said: list[dict[str, Any]]) -> list[str]:
    return [each["response"] for each in said]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("晚上11点给我回电 13800018001", "utter_callback_outside_hours"),
        ("call me on 13800018001 at 2 am", "utter_callback_outside_hours"),
        ("给我回电 13800018001，晚上8点", "utter_callback_noted_at"),
        # A span that begins before anybody is here, but does not end before.
        ("call me on 13800018001 tomorrow morning", "utter_callback_noted_at"),
        ("请回电 13800018001", "utter_callback_noted"),
    ],
)
async def test_calls_are_made_while_somebody_is_here(text: str, key: str, world: World) -> None:
    assert keys(await CareTalk().say(RequestCallback(), text, "request_callback")) == [key]
    assert len(await world.requests()) == (key != "utter_callback_outside_hours")


@pytest.mark.parametrize("action", [Inform(), Fallback()])
async def test_a_bare_number_answers_the_question_for_one(action: Any, world: World) -> None:
    talk = CareTalk()
    await talk.say(RequestCallback(), "能给我回个电话吗", "request_callback")
    await talk.say(MissingOrderNumber(), "订单号在哪看", "missing_order_number")
    assert keys(await talk.say(action, "13911112222", "inform")) == ["utter_callback_noted"]
    assert keys(await talk.say(action, "13911112222", "inform")) == ["utter_callback_open"]
    assert await world.requests() == [("request_callback", "open")]


async def test_a_better_hour_is_enough(world: World) -> None:
    talk = CareTalk()
    await talk.say(RequestCallback(), "晚上11点给我回电 13800018001", "request_callback")
    (noted,) = await talk.say(Inform(), "那明天上午10点", "inform")
    assert (noted["response"], noted["phone"]) == ("utter_callback_noted_at", "13800018001")


@pytest.mark.parametrize(
    ("text", "intent", "phone", "when"),
    [
        ("打错了，是13911112222", "inform", "13911112222", "明天上午"),
        ("oops wrong number, it's 13911112222", "change_address", "13911112222", "明天上午"),
        ("还是打13911112222吧", "make_complaint", "13911112222", "明天上午"),
        ("13911112222，后天下午3点吧", "request_callback", "13911112222", "后天下午3点"),
        ("改到下午打", "edit_account", "13800018001", "下午"),
        ("下午再打吧", "stop", "13800018001", "下午"),
        ("3点以后吧", "stop", "13800018001", "3点以后"),
        ("actually after 6pm", "change_address", "13800018001", "after 6pm"),
        ("actually call me after 3 pm instead", "request_callback", "13800018001", "after 3 pm"),
    ],
)
async def test_a_call_is_put_right_and_stays_one(text: str, intent: str, phone: str, when: str, world: World) -> None:
    talk = CareTalk()
    (booked,) = await talk.say(RequestCallback(), "给我回电 13800018001，明天上午", "request_callback")
    (changed,) = await talk.say(ACTIONS[intent], text, intent)
    assert (changed["response"], changed["phone"], changed["when"]) == ("utter_callback_changed", phone, when)
    assert changed["reference"] == booked["reference"]
    assert changed["effects"] == [f"request_callback:{booked['reference']}"]
    (row,) = await rows(world.database, sa.select(service_requests))
    assert (row.details["phone"], row.details["when"], row.state) == (phone, when, "open")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("把收货电话改成13911112222", "change_address"),
        ("我下午要投诉你们快递员，他态度很差", "make_complaint"),
        ("can you change the delivery to the afternoon", "edit_account"),
        ("不用了，下午我自己去店里看", "stop"),
    ],
)
async def test_what_is_about_something_else_changes_no_call(text: str, intent: str, world: World) -> None:
    talk = CareTalk()
    await talk.say(RequestCallback(), "给我回电 13800018001", "request_callback")
    said = await talk.say(ACTIONS[intent], text, intent)
    assert not {key for key in keys(said) if key.startswith("utter_callback")}
    (row,) = await rows(
        world.database, sa.select(service_requests).where(service_requests.c.kind == "request_callback")
    )
    assert (row.details["phone"], row.details["when"]) == ("13800018001", "")


async def test_the_same_correction_again_changes_nothing_more(world: World) -> None:
    talk = CareTalk()
    await talk.say(RequestCallback(), "给我回电 13800018001", "request_callback")
    first = await talk.say(Inform(), "打错了，是13911112222", "inform")
    assert await talk.say_last_again(Inform()) == first
    assert await world.requests() == [("request_callback", "open")]


async def test_a_call_that_was_made_or_is_long_ago_is_not_changed(world: World) -> None:
    talk = CareTalk()
    await talk.say(RequestCallback(), "给我回电 13800018001", "request_callback")
    await change(world.database, service_requests.update().values(state="done"))
    assert keys(await talk.say(RequestCallback(), "再给我回电 13911112222", "request_callback")) == [
        "utter_callback_noted"
    ]
    long_ago = clock.now() - timedelta(days=1)
    await change(world.database, service_requests.update().values(created_at=long_ago))
    (noted,) = await talk.say(RequestCallback(), "请回电 13911112222", "request_callback")
    assert noted["response"] == "utter_callback_noted"
    assert [state for _, state in await world.requests()] == ["done", "open", "open"]


async def test_whoever_asks_for_a_booked_call_again_reads_how_it_stands(world: World) -> None:
    talk = CareTalk()
    (booked,) = await talk.say(RequestCallback(), "给我回电 13800018001", "request_callback")
    (told,) = await talk.say(RequestCallback(), "怎么还没人给我打电话", "request_callback")
    assert (told["response"], told["reference"], told["phone"]) == (
        "utter_callback_open",
        booked["reference"],
        "13800018001",
    )
    assert len(await world.requests()) == 1


@pytest.mark.parametrize(
    ("text", "intent"), [("不对 号码最后是8007", "inform"), ("no wait number ends in 8007", "nlu_fallback")]
)
async def test_a_number_that_is_only_half_put_right_is_asked_for(text: str, intent: str, world: World) -> None:
    talk = CareTalk()
    await talk.say(RequestCallback(), "给我回电 13800018001", "request_callback")
    action = Inform() if intent == "inform" else Fallback()
    assert keys(await talk.say(action, text, intent)) == ["utter_callback_open"]


async def test_a_call_is_put_right_during_an_outage(world: World) -> None:
    talk = CareTalk()
    await talk.say(RequestCallback(), "给我回电 13800018001", "request_callback")
    world.shop.down = True
    (kept,) = await talk.say(Inform(), "打错了，是13911112222", "inform")
    assert kept["response"] == "utter_wish_kept"
    (row,) = await rows(world.database, sa.select(service_requests))
    assert (row.state, row.details["phone"]) == ("pending", "13911112222")


async def test_a_call_to_the_number_on_file_is_kept_during_an_outage(world: World) -> None:
    talk = CareTalk(customer="C10001")
    (asked,) = await talk.say(RequestCallback(), "给我打个电话", "request_callback")
    world.shop.down = True
    (kept,) = await talk.press(RequestCallback(), asked, "button_callback_own")
    assert kept["response"] == "utter_wish_kept"
    assert kept["facts"]["callback"]["phone"] == "on file"
    assert await world.requests() == [("request_callback", "pending")]


async def test_no_promise_is_made_while_nothing_gets_through(world: World) -> None:
    talk = CareTalk(customer="C10001")
    world.shop.down = True
    (asked,) = await talk.say(Newsletter(), "退订短信", "newsletter")
    assert keys(await talk.press(Newsletter(), asked, "button_newsletter_stop")) == ["utter_wish_kept"]
    assert await world.requests() == [("newsletter_stop", "pending")]


async def test_a_known_customer_is_not_told_to_verify_while_orders_cannot_be_seen(world: World) -> None:
    talk = CareTalk(customer="C10006")
    world.shop.down = True
    (noted,) = await talk.say(MakeComplaint(), "我要投诉，快递一直不到", "make_complaint")
    assert noted["response"] == "utter_complaint_records_down"
    assert await world.complaints() == ["open"]
    world.shop.down = False
    (offered,) = await talk.press(CheckComplaint(), noted, "button_try_again")
    assert offered["response"] == "utter_complaint_options"
    world.shop.down = True
    (down,) = await talk.press(CheckComplaint(), offered, "button_remedy_coupon")
    assert down["response"] == "utter_records_down"
    world.shop.down = False
    assert keys(await talk.press(CheckComplaint(), down, "button_try_again")) == ["utter_remedy_coupon_done"]
    assert len(await world.complaints()) == 1


async def test_what_sounds_like_a_question_about_a_complaint_may_be_a_new_one(world: World) -> None:
    talk = CareTalk()
    assert keys(await talk.say(CheckComplaint(), "投诉，包裹一直没送到", "check_complaint")) == [
        "utter_complaint_verify_first"
    ]
    other = CareTalk("other")
    for question in ("我上次投诉快递的事有结果了吗", "投诉的处理结果我不同意", "how is my complaint going"):
        assert keys(await other.say(CheckComplaint(), question, "check_complaint")) == ["utter_service_by_person"]
    assert len(await world.complaints()) == 1


async def test_a_number_that_is_not_theirs_makes_no_complaint_and_shows_none(world: World) -> None:
    talk = CareTalk(customer="C10006")
    strange = "投诉CP2611010001的处理我不服，要求复核"
    assert keys(await talk.say(MakeComplaint(), strange, "make_complaint")) == ["utter_service_by_person"]
    assert await world.complaints() == []
    await talk.say(MakeComplaint(), "我要投诉，快递一直不到", "make_complaint")
    assert keys(await talk.say(CheckComplaint(), strange, "check_complaint")) == ["utter_service_by_person"]


async def test_a_complaint_is_taken_back(world: World) -> None:
    talk = CareTalk(customer="C10006")
    await talk.say(MakeComplaint(), "我要投诉，快递一直不到", "make_complaint")
    assert keys(await talk.say(CheckComplaint(), "算了，不投诉了", "check_complaint")) == ["utter_complaint_closed"]
    again = "I'd like to withdraw my complaint, it's sorted"
    assert keys(await talk.say(MakeComplaint(), again, "make_complaint")) == ["utter_complaint_closed"]
    assert await world.complaints() == ["closed"]


async def test_where_the_number_stands_is_no_answer_to_a_lost_phone(world: World) -> None:
    assert keys(await CareTalk().say(MissingOrderNumber(), "找不到订单号", "missing_order_number")) == [
        "utter_where_order_number"
    ]
