"""What ``rules/handoff.yml`` may contain, and a rule file's faults in words: where, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lang.rule_files import in_order, in_words

_TEXTS = {
    "type": "object",
    "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
_PHRASES = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_IN_LANGUAGES = {"zh": _PHRASES, "en": _PHRASES}
_WORDS = {
    "type": "object",
    "properties": {
        **_IN_LANGUAGES,
        "unless": {"type": "object", "properties": _IN_LANGUAGES, "additionalProperties": False},
        "supposed_too": {"type": "boolean"},
    },
    "additionalProperties": False,
}
_WHEN = {
    "words": _WORDS,
    "intent": {"type": "string", "minLength": 1},
    "misunderstood_in_a_row": {"type": "integer", "minimum": 1},
    "mood_at_most": {"type": "number", "minimum": -1, "maximum": 1},
    "response": {"type": "string", "minLength": 1},
    "failed": {"const": True},
}
_RULE = {
    "type": "object",
    "properties": {
        "id": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]{0,63}$",
            "description": "small letters, digits and _, beginning with a letter",
        },
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


def schema_faults(document: Any, schema: Mapping[str, Any] = SCHEMA) -> list[str]:
    """One line a fault, beginning with its place; empty when the document has the right form."""
    errors = in_order(document, schema)
    return [f"{_place(list(error.path), document)}: {words}" for error in errors for words in in_words(error)]


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
