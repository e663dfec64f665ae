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
LANGUAGES = ("zh", "en")
ALL = read_all()
FILLED = {where: scenario for where, scenario in ALL.items() if scenario.service or scenario.kind}


def cell(scenario: Scenario) -> tuple[str | None, str | None, str]:
    return scenario.service, scenario.kind, scenario.language


def test_no_cell_is_empty() -> None:
    wanted = {
        (service, kind, language)
        for service, empty in EMPTY.items()
        for kind in KINDS
        for language in LANGUAGES
        if kind not in empty
    }
    missing = sorted(wanted - {cell(scenario) for scenario in FILLED.values()})
    assert not missing, "scenarios are missing:\n" + "\n".join(map(" / ".join, missing))


def test_cells_that_are_left_empty_have_a_reason_and_are_empty() -> None:
    for service, empty in EMPTY.items():
        assert set(empty) <= set(KINDS), service
        assert all(isinstance(reason, str) and len(reason) > 20 for reason in empty.values()), service
        filled = {kind for _, kind, _ in map(cell, FILLED.values()) if _ == service}
        assert not filled & set(empty), f"{service}: there is a scenario, so the reason is wrong"


def test_every_service_of_the_form_is_in_the_matrix() -> None:
    assert set(SERVICES) <= set(EMPTY)


@pytest.mark.parametrize("where", FILLED)
def test_a_scenario_is_what_it_says_it_is(where: str) -> None:
    scenario = FILLED[where]
    assert scenario.service in EMPTY, f"no service is called {scenario.service}"
    assert scenario.kind in KINDS, f"no kind is called {scenario.kind}"
    fault = IS_IT[scenario.kind](scenario)
    assert not fault, fault


def _answers(scenario: Scenario) -> list[str]:
    return [reply.key for line in scenario.turns for reply in line.expect]


def _happy(scenario: Scenario) -> str:
    said = _answers(scenario)
    return "it ends with a refusal" if "_refused" in said[-1] or said[-1] == "utter_records_down" else ""


def _unproven(scenario: Scenario) -> str:
    return "the customer is signed in" if scenario.customer else ""


def _records_down(scenario: Scenario) -> str:
    return "" if any(line.records == "down" for line in scenario.turns) else "the records never fail"


def _digression(scenario: Scenario) -> str:
    """Something else was answered, and what was open before comes back: in the same turn, or by the customer."""
    return "nothing comes in between" if len(scenario.turns) < 3 else ""


def _second_thoughts(scenario: Scenario) -> str:
    return "it is too short to change one's mind" if len(scenario.turns) < 2 else ""


def _refused(scenario: Scenario) -> str:
    return "it changes the order that the rules protect" if _changes(scenario) else ""


def _changes(scenario: Scenario) -> bool:
    return scenario.turns[-1].effect != () and scenario.service in SERVICES


IS_IT = {
    "happy": _happy,
    "refused": _refused,
    "unproven": _unproven,
    "digression": _digression,
    "second_thoughts": _second_thoughts,
    "records_down": _records_down,
}
