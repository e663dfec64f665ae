"""Each service names how surely the customer must be known; the form asks for that much, and then goes on by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from actions import limits, services
from actions.forms.description import Needs
from actions.forms.table import SERVICES
from actions.identity.codes import Codes
from actions.identity.steps import CARE_SERVICES, ORDER_SERVICES, Step
from actions.records import complaints, demo
from actions.records.care_tables import privacy_requests
from actions.records.complaints import Matter
from actions.records.database import Database
from actions.records.tables import order_addresses, service_requests
from tests.databases import copy_of, rows
from tests.unit.actions.conftest import TODAY, Clock
from tests.unit.actions.form_talk import FormTalk, Said
from tests.unit.actions.test_codes import Outbox
from tests.unit.actions.test_service_form import NoArticles

RIGHT = "246810"
ADDRESS = "地址改成杭州市西湖区文三路90号"


class Shop:
    """A demo shop whose steps a test may change."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.outbox = Outbox()

    def needs(self, **steps: Step) -> None:
        built = services.build(self.database)
        wanted = replace(built.limits, steps={**built.limits.steps, **steps})
        codes = Codes(self.database, self.outbox, built.limits.identity_code, make=lambda: RIGHT)
        services.install(
            replace(built, limits=wanted, codes=codes, open_knowledge=lambda: NoArticles())  # type: ignore[arg-type,return-value]
        )


@pytest.fixture
async def shop(template: Path, tmp_path: Path) -> AsyncIterator[Shop]:
    database = Database(copy_of(template, tmp_path))
    await demo.seed(database, TODAY)
    made = Shop(database)
    made.needs()
    yield made
    services._installed.clear()
    await database.close()


def keys(said: list[Said]) -> list[str]:
    return [sentence.key for sentence in said]


async def test_a_code_is_asked_for_where_the_shop_wants_one(shop: Shop) -> None:
    shop.needs(change_address=Step.CODE)
    talk = FormTalk()
    await talk.say(f"SO202611010001 {ADDRESS}", "change_address")
    (needed,) = await talk.say("8001")
    assert needed.key == "utter_code_needed"
    (sent,) = await talk.press(needed.buttons[0])
    assert sent.key == "utter_code_sent"
    assert shop.outbox.sent == [("C10001", RIGHT)]
    (wrong,) = await talk.say("111111")
    assert (wrong.key, wrong.arguments["left"]) == ("utter_code_wrong", 4)
    # Nothing has to be said again: the wish goes on.
    (confirm,) = await talk.say(f"验证码是{RIGHT}", "coupon_problem")
    assert confirm.key == "utter_change_address_confirm"
    assert keys(await talk.press(confirm.buttons[0])) == ["utter_change_address_done"]


async def test_without_the_code_nothing_is_changed_however_it_is_tried(shop: Shop) -> None:
    shop.needs(change_address=Step.CODE)
    talk = FormTalk()
    await talk.say(f"SO202611010001 8001 {ADDRESS}", "change_address")
    for _ in range(3):
        for payload in ("/affirm", '/inform{"confirming": "0"}', '/inform{"wish": "other"}'):
            assert "utter_change_address_confirm" not in keys(await talk.press(payload))
    await talk.say("是的", "affirm")
    await talk.say("135790")
    assert await rows(shop.database, sa.select(order_addresses)) == []


@pytest.mark.parametrize(
    ("step", "signed", "key"),
    [
        (Step.ORDER, None, "utter_change_address_confirm"),
        (Step.CODE, None, "utter_code_needed"),
        (Step.SIGNED, None, "utter_identity_log_in"),
        (Step.AGENT, None, "utter_identity_by_person"),
        (Step.CODE, "C10001", "utter_change_address_confirm"),
        (Step.SIGNED, "C10001", "utter_change_address_confirm"),
        (Step.AGENT, "C10001", "utter_identity_by_person"),
    ],
)
async def test_what_proves_enough(shop: Shop, step: Step, signed: str | None, key: str) -> None:
    shop.needs(change_address=step)
    talk = FormTalk(customer=signed)
    said = await talk.say(f"SO202611010001 尾号8001，{ADDRESS}", "change_address")
    assert keys(said) == [key]


async def test_a_service_that_needs_less_still_goes_without_the_code(shop: Shop) -> None:
    shop.needs(change_address=Step.CODE)
    talk = FormTalk()
    await talk.say("SO202611010001 尾号8001", "track_order")
    assert keys(await talk.say(ADDRESS, "change_address")) == ["utter_code_needed"]
    assert keys(await talk.say("取消订单", "cancel_order")) == ["utter_cancel_order_confirm"]


async def test_orders_are_offered_to_nobody_who_has_not_proven_enough(shop: Shop) -> None:
    shop.needs(list_orders=Step.CODE)
    talk = FormTalk()
    await talk.say("SO202611010001 尾号8001", "track_order")
    assert keys(await talk.say("我的订单", "list_orders")) == ["utter_code_needed"]
    await talk.press('/inform{"wish": "code"}')
    assert keys(await talk.say(RIGHT)) == ["utter_order_list"]


async def test_an_order_number_after_the_code_takes_nothing_away(shop: Shop, clock: Clock) -> None:
    shop.needs(change_address=Step.CODE)
    talk = FormTalk()
    await talk.say("SO202611010001 8001 改地址", "change_address")
    await talk.press('/inform{"wish": "code"}')
    await talk.say(RIGHT)
    identity = services.current().identity
    await identity.verify("talk", "SO202611010001", "8001", "", "again")
    assert await identity.customers_of("talk", None, Step.CODE) == ("C10001",)


async def test_too_many_codes_and_a_sender_that_is_down_leave_a_way_on(shop: Shop) -> None:
    shop.needs(change_address=Step.CODE)
    talk = FormTalk()
    await talk.say("SO202611010001 8001 改地址", "change_address")
    shop.outbox.broken = True
    (failed,) = await talk.press('/inform{"wish": "code"}')
    assert (failed.key, "/request_human" in failed.buttons) == ("utter_code_not_sent", True)
    shop.outbox.broken = False
    said = [keys(await talk.press('/inform{"wish": "code"}')) for _ in range(3)]
    assert said == [["utter_code_sent"], ["utter_code_sent"], ["utter_code_too_many"]]
    assert talk.active


# --- services about a customer ---


async def test_points_are_told_right_after_the_proof(shop: Shop) -> None:
    talk = FormTalk()
    assert keys(await talk.begin("own_points")) == ["utter_ask_any_order_number"]
    assert keys(await talk.say("SO202611010002")) == ["utter_ask_last_four"]
    (told,) = await talk.say("8002")
    assert (told.key, told.arguments["points"]) == ("utter_points_and_coupons", 3560)
    assert not talk.active


async def test_the_coupon_asked_about_is_remembered_until_the_proof(shop: Shop) -> None:
    shop.needs(own_coupon=Step.CODE)
    talk = FormTalk()
    await talk.begin("own_coupon", coupon="SUMMER50", spent="")
    assert keys(await talk.say("SO202611010002 8002")) == ["utter_code_needed"]
    await talk.press('/inform{"wish": "code"}')
    (told,) = await talk.say(RIGHT)
    assert (told.key, told.arguments["code"]) == ("utter_coupon_expired", "SUMMER50")


async def test_a_complaint_goes_on_after_the_proof(shop: Shop) -> None:
    matter = Matter("m1", "talk", "三天了快递还没到", "delivery", None, None)
    made = await shop.database.write(complaints.write_down, matter, Clock()(), 24)
    talk = FormTalk()
    assert keys(await talk.begin("complaint_remedy", complaint=made.number)) == ["utter_ask_order_number"]
    (options,) = await talk.say("SO202611010006 8006")
    assert options.key == "utter_complaint_options"
    assert options.arguments["number"] == made.number


async def test_somebody_elses_complaint_stays_theirs(shop: Shop) -> None:
    matter = Matter("m1", "another talk", "三天了快递还没到", "delivery", "C10006", "SO202611010006")
    made = await shop.database.write(complaints.write_down, matter, Clock()(), 24)
    talk = FormTalk()
    await talk.begin("complaint_remedy", complaint=made.number)
    assert keys(await talk.say("SO202611010001 8001")) == ["utter_identity_exhausted"]


async def test_a_remedy_is_for_the_order_that_it_was_offered_for(shop: Shop) -> None:
    """Another order may be proven instead: then what may be done about that one is looked at anew."""
    matter = Matter("m1", "talk", "三天了快递还没到", "delivery", "C10006", "SO202611010006")
    made = await shop.database.write(complaints.write_down, matter, Clock()(), 24)
    await shop.database.write(complaints.offer, made.number, ["shipping_fee"], Clock()())
    talk = FormTalk()
    await talk.begin("complaint_remedy", made.order_number, complaint=made.number, remedy="shipping_fee")
    said = await talk.say("SO202611010003 8003")
    assert not [effect for sentence in said for effect in sentence.effects]
    assert said[-1].key == "utter_complaint_options"
    assert "shipping_fee" not in str(said[-1].buttons)


async def test_a_settled_complaint_is_not_offered_anew(shop: Shop) -> None:
    matter = Matter("m1", "talk", "三天了快递还没到", "delivery", "C10006", "SO202611010006")
    made = await shop.database.write(complaints.write_down, matter, Clock()(), 24)
    await shop.database.write(complaints.set_state, made.number, "settled", Clock()())
    talk = FormTalk(customer="C10001")
    assert keys(await talk.begin("complaint_remedy", "SO202611010001", complaint=made.number)) == [
        "utter_complaint_is_settled"
    ]


async def test_where_two_chats_are_one_a_log_in_is_too_little_for_ones_data(shop: Shop) -> None:
    """Whoever writes may be the other one (docs/decisions/0021); a code on file proves who it is."""
    talk = FormTalk(customer="C10003")
    talk.joined = True
    assert keys(await talk.begin("own_points")) == ["utter_points"]
    for wish in ("privacy_export", "privacy_erase"):
        assert keys(await talk.begin(wish)) == ["utter_code_needed"]
    assert await rows(shop.database, sa.select(privacy_requests)) == []
    await talk.press('/inform{"wish": "code"}')
    assert keys(await talk.say(RIGHT)) == ["utter_privacy_erase_confirm"]


@pytest.mark.parametrize("name", [name for name in CARE_SERVICES if name in SERVICES])
async def test_no_care_service_does_anything_for_a_stranger(shop: Shop, name: str) -> None:
    for step in Step:
        shop.needs(**{name: step})
        talk = FormTalk(f"talk {step.value}")
        said = await talk.begin(name, coupon="WELCOME20", complaint="CP1")
        assert said[-1].key in ("utter_ask_any_order_number", "utter_ask_order_number")
        for text in ("是的", "算了吧", RIGHT):
            said = await talk.say(text, "affirm")
            assert not [effect for sentence in said for effect in sentence.effects]
    assert await rows(shop.database, sa.select(service_requests)) == []


async def test_an_erasure_that_is_not_meant_changes_nothing(shop: Shop) -> None:
    talk = FormTalk(customer="C10003")
    (confirm,) = await talk.begin("privacy_erase")
    assert confirm.key == "utter_privacy_erase_confirm"
    assert keys(await talk.press(confirm.buttons[1])) == ["utter_stopped"]
    assert await rows(shop.database, sa.select(privacy_requests)) == []
    (again,) = await talk.begin("privacy_erase")
    (noted,) = await talk.press(again.buttons[0])
    assert noted.key == "utter_privacy_erase_noted"


async def test_two_customers_at_once_get_nothing_of_either(shop: Shop) -> None:
    talk = FormTalk()
    await talk.say("SO202611010001 8001", "track_order")
    await talk.say("SO202611010002 8002 到哪了", "track_order")
    assert keys(await talk.begin("own_points")) == ["utter_identity_exhausted"]


async def test_a_service_that_needs_no_proof_can_be_opened_about_an_order(shop: Shop) -> None:
    talk = FormTalk()
    await talk.say("SO202611010003 尾号8003", "track_order")
    assert keys(await talk.say("这个订单有问题", "order_problem"))
    assert talk.active


# --- the rules ---


def test_every_service_has_a_step_and_every_step_a_service() -> None:
    described = {service.name for service in SERVICES.values() if service.needs is not Needs.NOTHING}
    assert set(limits.load().steps) == {*ORDER_SERVICES, *CARE_SERVICES}
    assert described <= set(limits.load().steps)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"cancel_order": "sms"},
            "identity_steps.cancel_order: 'sms' is unknown; use one of order, code, signed, agent",
        ),
        ({"cancel_orders": "code"}, "identity_steps: 'cancel_orders' is unknown; use one of"),
        ({"cancel_order": None}, "identity_steps.cancel_order"),
    ],
)
def test_a_wrong_step_is_told_clearly(change: dict, told: str, tmp_path: Path) -> None:
    content = yaml.safe_load(limits.LIMITS_FILE.read_text("utf-8"))
    content["identity_steps"] |= change
    path = tmp_path / "limits.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(limits.LimitsError) as raised:
        limits.load(path)
    assert told in str(raised.value)


def test_a_service_without_a_step_is_done_for_nobody() -> None:
    with pytest.raises(KeyError):
        limits.load().step("unheard_of")


@pytest.mark.parametrize("lower", list(Step))
def test_a_step_is_reached_by_every_stronger_one(lower: Step) -> None:
    ladder = list(Step)
    assert [step.reaches(lower) for step in ladder] == [place >= ladder.index(lower) for place in range(len(ladder))]
