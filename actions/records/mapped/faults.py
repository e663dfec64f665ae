"""What is wrong in ``rules/records.yml``: which line, which field, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema

from actions.records.mapped.form import SCHEMA
from lang.rule_files import in_words
from lang.yaml_lines import Lines, Place

_ONE_OF_TEXTS = {"items": "name", "events": "text"}
_COLUMN = "write the column's name, {table: …, column: …}, or {value: …} for what is the same in every row"
_VALUE = (
    "write a plain value, or {from: …} with one of order_number, customer_id, kind, total, now, today, "
    "idempotency_key, message_id, details, details.<field>, terms.<field>, order.<column>"
)
_STEP = "write {set: {column: value}} for the order's own row, or {insert: table, values: {column: value}}"
_ALTERNATIVES = {"columns": _COLUMN, "by": _COLUMN, "set": _VALUE, "values": _VALUE}


def faults(document: Any, lines: Lines) -> list[str]:
    """One line a fault; empty when the document has the right form."""
    found = [*_form_faults(document)]
    if not found:
        found = [*_missing_texts(document), *_missing_phone(document), *_unknown_joins(document), *_odd_steps(document)]
    return [f"line {lines.of(place)}, {_shown(place, document)}: {words}" for place, words in found]


def _shown(place: Place, document: Any) -> str:
    """As people count: entries of a list from 1."""
    shown = []
    for part in place:
        shown.append(f"[{int(part) + 1}]" if isinstance(document, list) else str(part))
        document = document[part]
    return ".".join(shown) or "the whole file"


def _form_faults(document: Any) -> Iterator[tuple[Place, str]]:
    for error in sorted(jsonschema.Draft7Validator(SCHEMA).iter_errors(document), key=lambda fault: str(fault.path)):
        place = [*error.absolute_path]
        yield from ((place, words) for words in _words(error, place))


def _words(error: jsonschema.ValidationError, place: Place) -> Iterable[str]:
    kind = str(error.validator)
    if kind == "required":
        return [error.message.replace("is a required property", "is missing; add it (docs/your-orders.md)")]
    if kind == "anyOf":
        return [next(_ALTERNATIVES[str(part)] for part in reversed(place) if part in _ALTERNATIVES)]
    if kind == "pattern" and "changes" in place:
        return [f"{error.instance!r} is no name of a kind; write small letters and _, such as cancel_order"]
    return [f"{words}; see docs/your-orders.md" for words in in_words(error)]


def _missing_texts(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for section, text in _ONE_OF_TEXTS.items():
        columns = document.get(section, {}).get("columns", {})
        if columns and text not in columns and not {f"{text}_zh", f"{text}_en"} <= set(columns):
            yield (section, "columns"), f"add {text!r}, or both '{text}_zh' and '{text}_en'"


def _missing_phone(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    if not {"phone", "last_four"} & set(document["customers"]["columns"]):
        remedy = "add 'phone' (its last four digits are compared) or 'last_four'; without it nobody can be verified"
        yield ("customers", "columns"), remedy


def _unknown_joins(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for name in ("customers", "orders", "items", "events", "refunds"):
        section = document.get(name)
        if section is None:
            continue
        known = {section["table"], *(join.get("as", join["table"]) for join in section.get("joins", ()))}
        for column, given in section["columns"].items():
            table = given.get("table") if isinstance(given, dict) else None
            if table is not None and table not in known:
                yield (name, "columns", column), f"{table!r} is not joined; list it under '{name}.joins'"


def _odd_steps(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for kind, change in document.get("changes", {}).items():
        for index, step in enumerate(change["steps"]):
            if set(step) != {"set"} and not {"insert", "values"} <= set(step) <= {"insert", "values", "idempotency"}:
                yield ("changes", kind, "steps", index), _STEP
