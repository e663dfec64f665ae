"""The documents of the order records say what the code does: the example mapping, and the API's OpenAPI file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa
import yaml

from actions.records import demo
from actions.records.api import answers
from actions.records.database import Database
from actions.records.mapped import reading
from actions.records.own import OwnRecords
from actions.records.port import Request
from actions.records.tables import customers
from tests.contracts.shop_api import ShopApi, order_json, outcome_json
from tests.databases import copy_of, rows
from tests.unit.actions.conftest import TODAY

DOCS = Path(__file__).resolve().parents[2] / "docs"
API: dict[str, Any] = yaml.safe_load((DOCS / "order-records.openapi.yml").read_text("utf-8"))
OURS = {
    "Order": answers.ORDER,
    "Orders": answers.ORDERS,
    "Refund": answers.REFUND,
    "Owner": answers.OWNER,
    "Customer": answers.CUSTOMER,
    "Outcome": answers.OUTCOME,
}


def test_the_example_mapping_is_well_formed() -> None:
    mapping = reading.load(DOCS / "examples" / "records.yml")
    assert set(mapping.sections) == {"customers", "orders", "items", "events", "refunds"}
    assert (mapping.changes["cancel_order"].result, mapping.changes["return_item"].result) == ("done", "noted")


@pytest.mark.parametrize("name", OURS)
def test_what_is_documented_is_what_is_checked(name: str) -> None:
    documented, checked = API["components"]["schemas"][name], OURS[name]
    assert set(documented["required"]) == set(checked["required"])
    assert set(documented["properties"]) == set(checked["properties"])
    for field, schema in checked["properties"].items():
        told = _resolved(documented["properties"][field])
        if "enum" in schema:
            assert set(told["enum"]) == set(schema["enum"]), field
        nullable = isinstance(schema.get("type"), list) and "null" in schema["type"]
        assert told.get("nullable", False) == nullable, field


async def test_real_answers_keep_to_the_document(template: Path, tmp_path: Path) -> None:
    database = Database(copy_of(template, tmp_path))
    await demo.seed(database, TODAY)
    records = OwnRecords(database)
    for row in await rows(database, sa.select(customers)):
        for order in await records.orders_of_customers([row.id]):
            _fits(order_json(order), "Order")
    cancel = Request("cancel_order", "SO202611010001", "C10001", "talk", "m", ("paid",), terms={"refund_days": 5})
    _fits(outcome_json(await records.carry_out(cancel)), "Outcome")
    await database.close()


def test_every_call_is_documented() -> None:
    def form(path: str) -> str:
        return re.sub(r"\{\w+\}", "{}", path.removeprefix("/v1"))

    routes = ShopApi(None, {}).application().router.routes()  # type: ignore[arg-type]
    simulated = {(route.method.lower(), form(route.resource.canonical)) for route in routes if route.resource}
    documented = {(method, form(path)) for path, methods in API["paths"].items() for method in methods}
    assert {route for route in simulated if route[0] != "head"} == documented


@pytest.mark.parametrize("page", ["your-orders.md", "your-orders.zh.md"])
def test_both_pages_name_every_field_kind_and_call(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    for path in API["paths"]:
        assert path.replace("{id}", "{id}") in text, path
    from actions.records.mapped.form import SCHEMA

    for section in ("customers", "orders", "items", "events", "refunds"):
        for field in SCHEMA["properties"][section]["properties"]["columns"]["properties"]:
            assert f"`{field}`" in text, (section, field)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    return API["components"]["schemas"][reference.rsplit("/", 1)[1]] if reference else schema


def _fits(answer: Any, name: str) -> None:
    schema = _without_nullable({**API["components"]["schemas"][name], "components": API["components"]})
    jsonschema.Draft7Validator(schema).validate(answer)


def _without_nullable(schema: Any) -> Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type of two."""
    if isinstance(schema, list):
        return [_without_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _without_nullable(value) for name, value in schema.items() if name != "nullable"}
    if schema.get("nullable") is True:
        made["type"] = [made["type"], "null"]
    return made
