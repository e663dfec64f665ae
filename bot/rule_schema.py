"""What ``rules/handoff.yml`` may contain, and a rule file's faults in words: where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema

_TEXTS = {
    "type": "object",
    "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
_WHEN = {
    "intent": {"type": "string", "minLength": 1},
    "misunderstood_in_a_row": {"type": "integer", "minimum": 1},
    "mood_at_most": {"type": "number", "minimum": -1, "maximum": 1},
    "response": {"type": "string", "minLength": 1},
    "failed": {"const": True},
}
_RULE = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"},
        "when": {
            "type": "object",
            "properties": _WHEN,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
        "do": {"enum": ["hand_over", "offer"]},
        "say": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "keep_reply": {"type": "boolean"},
        "reason": _TEXTS,
    },
    "required": ["id", "when", "do", "reason"],
    "additionalProperties": False,
}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "rules": {"type": "array", "items": _RULE, "minItems": 1},
        "while_waiting": {
            "type": "object",
            "properties": {"tell_again_after_minutes": {"type": "number", "exclusiveMinimum": 0}},
            "additionalProperties": False,
        },
    },
    "required": ["rules"],
    "additionalProperties": False,
}
_TYPES = {
    "object": "lines of the form 'name: value'",
    "array": "a list: [one, two]",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def schema_faults(document: Any, schema: Mapping[str, Any] = SCHEMA) -> list[str]:
    """One line a fault, beginning with its place; empty when the document has the right form."""
    errors = sorted(jsonschema.Draft7Validator(schema).iter_errors(document), key=_in_order)
    return [f"{_place(list(error.path), document)}: {words}" for error in errors for words in _words(error)]


def _in_order(error: jsonschema.ValidationError) -> list[str]:
    # As text of one width: what a broken file is keyed by need not be comparable.
    return [f"{part!s:>9}" for part in error.path]


def rule_name(index: int, rule_id: object) -> str:
    """How a rule is named to whoever edits the file: counted from 1, as people count, and by its id."""
    return f"rule {index + 1} ({rule_id!r})" if isinstance(rule_id, str) else f"rule {index + 1}"


def _place(parts: list[Any], document: Any) -> str:
    if len(parts) < 2 or parts[0] != "rules":
        shown = parts[1:] if parts[:1] == ["channels"] and len(parts) > 1 else parts
        return ", ".join(map(str, shown)) or "the whole file"
    rule = document["rules"][parts[1]]
    name = rule_name(parts[1], rule.get("id") if isinstance(rule, dict) else None)
    fields = [f"entry {part + 1}" if isinstance(part, int) else str(part) for part in parts[2:]]
    return ", ".join([name, *fields])


def _words(error: jsonschema.ValidationError) -> Iterable[str]:
    """jsonschema's faults in words for people; a field it names in a list gets a line of its own."""
    kind = str(error.validator)
    # In this file's schema every level is a mapping; jsonschema's types allow for more.
    given: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    fields: Mapping[str, Any] = schema.get("properties", {})
    if kind == "additionalProperties":
        return [f"'{name}' is unknown; use one of {', '.join(fields)}" for name in given if name not in fields]
    if kind == "required":
        # jsonschema reports each missing field by itself, named only in its message.
        return [error.message.replace("is a required property", "is missing")]
    if kind in ("minProperties", "maxProperties"):
        return [f"give exactly one of {', '.join(fields)}"]
    return [_value_words(kind, given, wanted)]


def _value_words(kind: str, given: Any, wanted: Any) -> str:
    if kind == "enum":
        return f"{given!r} is unknown; use one of {', '.join(wanted)}"
    if kind == "type":
        return f"must be {_TYPES[wanted]}, not {'empty' if given is None else repr(given)}"
    told = {
        "const": "can only be true; to switch a rule off, delete it",
        "pattern": f"{given!r} must be small letters, digits and _, beginning with a letter",
        "minimum": f"{given} is too small; the least is {wanted}",
        "maximum": f"{given} is too large; the most is {wanted}",
        "exclusiveMinimum": f"{given} is too small; it must be more than {wanted}",
        "minLength": "must not be empty",
        "minItems": "give at least one",
    }
    return told[kind]
