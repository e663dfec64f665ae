"""Every service has what the form needs of it: limits, rules that can be told, and sentences in both languages."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from actions import limits
from actions.forms import rules, table
from actions.forms.answers import options_of
from actions.forms.collected import facts
from actions.forms.description import Case, Kind, Question, Service
from actions.forms.speech import arguments, option_label
from actions.forms.table import ALL, SERVICES, opened_by
from actions.records.models import CourierEvent, EarlierRequest, Item, Order
from actions.words import words
from bot.responses import ResponseCatalogue

ROOT = Path(__file__).resolve().parent.parent.parent.parent
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
LIMITS = limits.load()
CUP = Item({"zh": "保温杯", "en": "Bottle"}, 2, 12900)
BAG = Item({"zh": "午餐袋", "en": "Lunch bag"}, 1, 5900)
ORDER = Order(
    order_number="SO202611010003",
    customer_id="C10003",
    state="delivered",
    placed_at=NOW - timedelta(days=8),
    total_minor=31700,
    currency="CNY",
    payment_method="wechat",
    courier="jd",
    tracking_number="JD1",
    promised_on=date(2026, 11, 20),
    delivered_at=NOW - timedelta(days=5),
    cancelled_at=None,
    items=(CUP, BAG),
    events=(CourierEvent(NOW - timedelta(days=5), {"zh": "已签收", "en": "Delivered"}),),
)
ANSWERS = {
    Kind.ITEM: "0",
    Kind.TEXT: "大一码",
    Kind.NAME: "杭州小鹿",
    Kind.ADDRESS: "文三路90号",
    Kind.DAY: "2026-11-23",
    Kind.HOURS: "09:00-12:00",
    Kind.QUANTITY: "3",
    Kind.AMOUNT: "9900",
    Kind.EMAIL: "a@example.com",
    Kind.TAX_NUMBER: "91330106MA2CF00K4K",
    Kind.PHOTO: "none",
}
CHANGES = [service for service in ALL if service.confirm]


def case_of(service: Service, order: Order | None = ORDER, **details: str) -> Case:
    return Case(order, details, LIMITS.of(service.name), NOW)


def answered(service: Service, order: Order = ORDER) -> Case:
    """Every question answered, each with its first option."""
    case = case_of(service, order)
    for question in service.questions:
        options = question.options(case)
        case = replace(case, details={**case.details, question.name: ANSWERS.get(question.kind) or options[0]})
    return case


@pytest.fixture(scope="module")
def catalogue() -> ResponseCatalogue:
    return ResponseCatalogue.load(ROOT / "data" / "responses")


@pytest.mark.parametrize("service", CHANGES, ids=lambda service: service.name)
def test_a_service_that_changes_something_has_limits(service: Service) -> None:
    content = yaml.safe_load(limits.LIMITS_FILE.read_text("utf-8"))
    assert service.name in content


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_every_question_can_be_asked_and_its_options_read(service: Service, catalogue: ResponseCatalogue) -> None:
    case = answered(service)
    for question in service.questions:
        catalogue.render(f"utter_ask_{question.name}", arguments(service, case))
        for option in options_of(question, case):
            label = option_label(question, option, case)
            catalogue.button(label["key"], "/inform", label["arguments"])


@pytest.mark.parametrize("service", CHANGES, ids=lambda service: service.name)
def test_every_confirmation_and_result_can_be_told(service: Service, catalogue: ResponseCatalogue) -> None:
    case = answered(service)
    told = {**arguments(service, case), "reference": "RQ1", "amount": {"money": "1.00", "currency": "CNY"}}
    for key in ("confirm", *service.results):
        said = catalogue.render(f"utter_{service.name}_{key}", told)
        assert all("{" not in text for text in said.texts.values())
    for key in ("yes", "no"):
        assert f"button_{service.name}_{key}" in catalogue


@pytest.mark.parametrize("service", [one for one in ALL if not (one.confirm or one.begins)], ids=lambda one: one.name)
def test_what_nobody_confirms_is_offered_upon_a_long_story(service: Service) -> None:
    changes = "carry_out(" in inspect.getsource(service.finish)
    assert bool(service.upon_a_story) is changes
    if service.upon_a_story:
        assert "carry_out(" not in inspect.getsource(service.upon_a_story)


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_who_has_reason_to_complain_reads_that_we_are_sorry(service: Service, catalogue: ResponseCatalogue) -> None:
    assert (f"utter_{service.name}_sorry" in catalogue) == service.sorry


def reasons(module: ModuleType) -> set[str]:
    """Every reason written in a rule."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))
    named = (call.args[0] for call in calls if getattr(call.func, "id", "") == "Refusal" and call.args)
    return {node.value for node in named if isinstance(node, ast.Constant)}


CASES: dict[str, tuple[Order, dict[str, str], tuple[EarlierRequest, ...]]] = {
    "late": (replace(ORDER, delivered_at=NOW - timedelta(days=400), placed_at=NOW - timedelta(days=402)), {}, ()),
    "again": (ORDER, {"item": "0"}, (EarlierRequest("RQ1", NOW, "open", {"item": "0"}),)),
    "changed": (ORDER, {}, (EarlierRequest("RQ2", NOW, "open", {}), EarlierRequest("RQ1", NOW, "open", {}))),
    "far": (replace(ORDER, state="paid"), {"new_address": "香港九龍彌敦道88號"}, ()),
    "too_far": (replace(ORDER, state="paid"), {"delivery_day": "2026-12-24"}, ()),
    "too_soon": (replace(ORDER, state="paid"), {"delivery_day": "2026-11-21"}, ()),
    "not_cheaper": (ORDER, {"item": "0", "seen_price": "12900"}, ()),
    "on_its_way": (
        replace(
            ORDER,
            state="in_transit",
            delivered_at=None,
            promised_on=date(2026, 11, 22),
            events=(CourierEvent(NOW, {"zh": "", "en": ""}),),
        ),
        {},
        (),
    ),
    "look_first": (ORDER, {"looked": "no"}, ()),
}


def test_every_refusal_can_be_told_with_its_reason(catalogue: ResponseCatalogue) -> None:
    told = set()
    for service in CHANGES:
        states = [(replace(ORDER, state=state), {}, ()) for state in limits.ORDER_STATES]
        for order, details, earlier in [*CASES.values(), *states]:
            case = replace(case_of(service, order, **details), earlier=earlier)
            refusal = service.rule(case)
            if refusal is None:
                continue
            told.add(refusal.reason)
            key = f"utter_{service.name}_refused_{refusal.reason}"
            said = catalogue.render(key, {**arguments(service, case), **refusal.arguments})
            assert all("{" not in text for text in said.texts.values())
            assert {f"button_topic_{intent}" for intent in refusal.offers} <= catalogue.keys()
            assert f"utter_{service.name}_refused_state" in catalogue
    assert reasons(rules) <= told, "no case above leads to this reason"


def test_options_have_words_and_words_have_options() -> None:
    spoken: Any = yaml.load((ROOT / "actions" / "forms" / "words.yml").read_text("utf-8"), Loader=yaml.BaseLoader)
    asked: dict[str, Question] = {question.name: question for service in ALL for question in service.questions}
    for name, options in spoken["options"].items():
        assert asked[name].kind is Kind.CHOICE
        assert {f"word_{name}_{option}" for option in options} <= set(words()._texts)


def test_intents_open_the_service_of_their_name() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    for service in ALL:
        assert opened_by(service.name) is service
        assert set(service.opened_by) <= set(domain["intents"])
    stories = list((ROOT / "data" / "stories").glob("*.yml"))
    opening = {
        rule["steps"][0]["intent"]
        for file in stories
        for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]
        if {"action": "service_form"} in rule["steps"] and "intent" in rule["steps"][0]
    }
    assert opening == {service.name for service in ALL}


def test_another_service_is_one_of_the_table() -> None:
    for service in ALL:
        for state in limits.ORDER_STATES:
            for question in service.questions:
                for option in question.options(case_of(service)):
                    better = service.instead(
                        case_of(service, replace(ORDER, state=state, items=(CUP,)), **{question.name: option})
                    )
                    assert better is None or better.service in SERVICES


def test_the_modules_of_the_form_name_no_service() -> None:
    """Generic means generic: only the table, the rules, and what is done in the end may know one by name."""
    folder = Path(table.__file__).parent
    generic = [file for file in folder.glob("*.py") if file.stem not in ("table", "care_table", "do", "rules")]
    for file in generic:
        literals = {
            node.value for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Constant)
        }
        known = literals & set(SERVICES)
        assert not known, (file.name, known)


@pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
def test_an_agent_reads_every_answer_with_its_label(service: Service) -> None:
    catalogue = ResponseCatalogue.load(ROOT / "data" / "responses")
    given = {
        each.name: ANSWERS.get(each.kind) or next(iter(each.options(Case(ORDER, {}, LIMITS.of(service.name), NOW))))
        for each in service.questions
    }
    for order in (ORDER, None):
        told = facts(service, Case(order, given, LIMITS.of(service.name), NOW))["collected"]
        assert len(told) == len(service.questions)
        for answer in told:
            label, value = (catalogue.render("word_as_it_is", {"text": answer[part]}) for part in ("label", "value"))
            assert all(label.texts.values())
            assert all(value.texts.values())
