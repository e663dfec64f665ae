"""Reads ``rules/records.yml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any

import yaml

from actions.records.mapped.definition import MAIN, Change, Column, Join, MappingError, RecordsMapping, Section, Step
from actions.records.mapped.faults import faults
from lang.shop_clock import zone
from lang.yaml_files import load_yaml, yaml_problem
from lang.yaml_lines import Lines

RECORDS_FILE = Path(__file__).resolve().parents[3] / "rules" / "records.yml"

_SECTIONS = ("customers", "orders", "items", "events", "refunds")


def load(path: Path = RECORDS_FILE) -> RecordsMapping:
    """Raises MappingError with every fault of the file; tables and columns are looked for later (``binding.py``)."""
    try:
        text = path.read_text("utf-8")
        document = load_yaml(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise MappingError(f"{path.name}: cannot be read: {yaml_problem(error)}") from error
    lines = Lines(text)
    found = [f"{path.name}, {fault}" for fault in faults(document, lines)]
    if found:
        raise MappingError("\n".join(found))
    shop = document["shop"]
    return RecordsMapping(
        decimal_money=shop["money"] == "decimal",
        currency=shop.get("currency", "CNY"),
        zone=_zone(shop["time_zone"], f"{path.name}, line {lines.of(('shop', 'time_zone'))}, shop.time_zone"),
        schema=shop.get("schema"),
        sections={name: _section(name, document[name]) for name in _SECTIONS if name in document},
        changes={kind: _change(given, document) for kind, given in document.get("changes", {}).items()},
    )


def _zone(name: str, place: str) -> tzinfo:
    try:
        return zone(name)
    except ValueError as error:
        raise MappingError(f"{place}: {error}") from None


def _section(name: str, given: Mapping[str, Any]) -> Section:
    joins: list[Join] = []
    known = {given["table"]}
    for join in given.get("joins", ()):
        alias = join.get("as", join["table"])
        on = tuple((theirs, _column(ours, given["table"], known)) for theirs, ours in join["by"].items())
        joins.append(Join(join["table"], alias, on, tuple(join.get("only", {}).items())))
        known.add(alias)
    return Section(
        name=name,
        table=given["table"],
        columns={field: _column(column, given["table"], known) for field, column in given["columns"].items()},
        joins=tuple(joins),
        values={field: _by_text(words) for field, words in given.get("values", {}).items()},
    )


def _by_text(words: Mapping[Any, str]) -> dict[str, str]:
    """Numbers stand in YAML as numbers, and are compared as text."""
    return {str(raw): word for raw, word in words.items()}


def _column(given: Any, main: str, known: Collection[str]) -> Column:
    """``name``, ``table.name`` of a joined table, or one of the long forms."""
    if isinstance(given, dict):
        if "value" in given:
            return Column(None, constant=given["value"])
        table = given.get("table", main)
        return Column(given["column"], MAIN if table == main else table)
    table, dot, name = given.rpartition(".")
    if dot and table in known:
        return Column(name, MAIN if table == main else table)
    return Column(given)


def _change(given: Mapping[str, Any], document: Mapping[str, Any]) -> Change:
    orders = document["orders"]["table"]
    steps = tuple(
        Step(True, orders, step["set"])
        if "set" in step
        else Step(False, step["insert"], step["values"], step.get("idempotency"))
        for step in given["steps"]
    )
    return Change(steps, given.get("result") or ("done" if any(step.update for step in steps) else "noted"))
