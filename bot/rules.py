"""``rules/handoff.yml``: read, checked against a schema, and turned into frozen types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bot.messages import Language

HANDOFF_FILE = Path("rules/handoff.yml")

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


class RulesError(ValueError):
    """A rule file that cannot be used; the message names the file, the place in it, and what to do."""


@dataclass(frozen=True)
class HandoffRule:
    """One rule. ``condition`` names what is looked at (``mood_at_most``, …); ``value`` is what it is held against."""

    id: str
    condition: str
    value: str | float | bool
    do: str
    reason: Mapping[Language, str]
    say: tuple[str, ...] = ()
    keep_reply: bool = True


@dataclass(frozen=True)
class HandoffRules:
    """All rules in file order; ``tell_again_after``: how long a waiting customer is not told the same again."""

    rules: tuple[HandoffRule, ...]
    tell_again_after: timedelta = field(default=timedelta(minutes=2))

    def by_id(self, rule_id: str) -> HandoffRule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def load_handoff_rules(path: Path = HANDOFF_FILE, *, known_responses: Iterable[str] | None = None) -> HandoffRules:
    """Raises RulesError. ``known_responses``: when given, every key in ``say`` must be one of them."""
    document = _read(path)
    _check_schema(path, document)
    rules = tuple(_rule_of(entry) for entry in document["rules"])
    _check_ids(path, rules)
    if known_responses is not None:
        _check_responses(path, rules, set(known_responses))
    minutes = document.get("while_waiting", {}).get("tell_again_after_minutes", 2)
    return HandoffRules(rules, timedelta(minutes=minutes))


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RulesError(f"{path}: the file is missing. Restore it, or start Kefu in its own folder.") from None
    except UnicodeDecodeError as error:
        raise RulesError(f"{path}: the file is not UTF-8 ({error.reason}). Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        raise RulesError(f"{path}: this is not valid YAML. Mend it at the place named here: {error}") from None


def _check_schema(path: Path, document: Any) -> None:
    errors = sorted(jsonschema.Draft7Validator(SCHEMA).iter_errors(document), key=lambda error: list(error.path))
    if errors:
        lines = [f"{path}: {_place(error.path)}: {error.message}" for error in errors]
        raise RulesError("\n".join([*lines, "Mend the lines named above; the file's head explains each field."]))


def _place(parts: Iterable[Any]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return place.lstrip(".") or "the whole file"


def _rule_of(entry: Mapping[str, Any]) -> HandoffRule:
    ((condition, value),) = entry["when"].items()
    return HandoffRule(
        id=entry["id"],
        condition=condition,
        value=value,
        do=entry["do"],
        reason=entry["reason"],
        say=tuple(entry.get("say", ())),
        keep_reply=entry.get("keep_reply", True),
    )


def _check_ids(path: Path, rules: tuple[HandoffRule, ...]) -> None:
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.id in seen:
            raise RulesError(f"{path}: rules[{index}].id: {rule.id!r} is used twice. Give each rule an id of its own.")
        seen.add(rule.id)


def _check_responses(path: Path, rules: tuple[HandoffRule, ...], known: set[str]) -> None:
    for index, rule in enumerate(rules):
        for key in rule.say:
            if key not in known:
                remedy = "Add it to data/responses/, or correct it."
                raise RulesError(f"{path}: rules[{index}].say: there is no response {key!r}. {remedy}")
