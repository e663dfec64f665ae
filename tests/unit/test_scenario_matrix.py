"""The matrix of scenarios (tests/scenarios/matrix.yml): no cell is empty, and each scenario is what it says it is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from actions.forms.table import SERVICES
from lang.yaml_files import load_yaml
from tests.scenarios.scenario import FOLDER, Scenario, read_all

MATRIX = load_yaml((FOLDER / "matrix.yml").read_text("utf-8"))
KINDS: tuple[str, ...] = tuple(MATRIX["kinds"])
EMPTY: Mapping[str, Mapping[str, str]] = {
    service: (given or {}).get("empty", {}) for service, given in MATRIX["services"].items()
}
OURS: Mapping[str, str] = MATRIX["answered_during_an_outage"]
LANGUAGES = ("zh", "en")
FILLED = {where: scenario for where, scenario in read_all().items() if scenario.service or scenario.kind}
SAYS_DOWN = {"utter_records_down", "utter_request_kept", "utter_wish_kept", "utter_complaint_records_down"}
SAYS_NO = {
    *("utter_no_refund", "utter_invoice_not_asked", "utter_callback_outside_hours", "utter_complaint_recorded"),
    *("utter_code_spent", "utter_code_too_many", "utter_coupon_expired", "utter_coupon_unknown", "utter_account_link"),
    *("utter_article_answer", "utter_order_delivered", "utter_order_cancelled"),
}


def test_no_cell_is_empty() -> None:
    wanted = {
        (service, kind, language)
        for service, empty in EMPTY.items()
        for kind in KINDS
        for language in LANGUAGES
        if kind not in empty
    }
    missing = sorted(wanted - {(str(each.service), str(each.kind), each.language) for each in FILLED.values()})
    assert not missing, "scenarios are missing:\n" + "\n".join(map(" / ".join, missing))


@pytest.mark.parametrize("service", EMPTY)
def test_a_cell_that_is_left_empty_has_a_reason_and_is_empty(service: str) -> None:
    empty = EMPTY[service]
    assert set(empty) <= set(KINDS)
    assert all(isinstance(reason, str) and len(reason.split()) >= 5 for reason in empty.values())
    filled = {scenario.kind for scenario in FILLED.values() if scenario.service == service}
    assert not filled & set(empty), "there is a scenario, so the reason is wrong"


def test_every_service_of_the_form_is_in_the_matrix() -> None:
    parts: Mapping[str, str] = MATRIX["parts"]
    assert set(parts) <= set(SERVICES), "the form has no such service any more"
    assert {parts.get(service, service) for service in SERVICES} <= set(EMPTY)
    assert set(OURS) <= set(EMPTY)


@pytest.mark.parametrize("where", FILLED)
def test_a_scenario_is_what_it_says_it_is(where: str) -> None:
    scenario = FILLED[where]
    assert scenario.service in EMPTY, f"no service is called {scenario.service}"
    assert scenario.kind in KINDS, f"no kind is called {scenario.kind}"
    fault = FAULTS[scenario.kind](scenario)
    assert not fault, fault


def _said(scenario: Scenario) -> list[str]:
    """Keys of the bot's sentences, in order; of "this or that" each."""
    return [key for line in scenario.turns for reply in line.expect for key in reply.key.split(" or ")]


def _happy(scenario: Scenario) -> str:
    said = _said(scenario)[-1]
    return f"it ends with {said}" if "_refused" in said or said in SAYS_DOWN else ""


def _refused(scenario: Scenario) -> str:
    no = [key for key in _said(scenario) if "_refused" in key or key in SAYS_NO]
    return "" if no else "nothing is refused"


def _unproven(scenario: Scenario) -> str:
    if scenario.customer is not None:
        return "the customer is signed in"
    first = scenario.turns[0]
    return "something is changed at once" if any("SO" in effect for effect in first.effect) else ""


def _digression(scenario: Scenario) -> str:
    """What was begun goes on at the end: nothing but the middle is about something else."""
    if len(scenario.turns) < 3:
        return "nothing comes in between"
    between = {key for line in scenario.turns[1:-1] for reply in line.expect for key in reply.key.split(" or ")}
    return "" if between & ANOTHER_MATTER else f"only its own sentences come in between: {sorted(between)}"


ANOTHER_MATTER = {"utter_article_answer", "utter_greet", "utter_no_refund"}


def _second_thoughts(scenario: Scenario) -> str:
    return "it is too short to change one's mind" if len(scenario.turns) < 2 else ""


def _records_down(scenario: Scenario) -> str:
    if not any(line.records == "down" for line in scenario.turns):
        return "the records never fail"
    if SAYS_DOWN & set(_said(scenario)):
        return "it needs no records" if scenario.service in OURS else ""
    return "" if scenario.service in OURS else "nobody is told of the outage"


FAULTS = {
    "happy": _happy,
    "refused": _refused,
    "unproven": _unproven,
    "digression": _digression,
    "second_thoughts": _second_thoughts,
    "records_down": _records_down,
}
