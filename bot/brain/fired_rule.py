"""Names the rule of ``data/stories/`` that a turn followed; Rasa itself forgets the names after training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class _Rule:
    name: str
    intent: str
    first_action: str
    loop: str | None


class FiredRules:
    """An index of rules by what starts them. Only explains; decides nothing."""

    def __init__(self, rules: Sequence[_Rule]) -> None:
        self._rules = tuple(rules)

    @classmethod
    def load(cls, folder: Path) -> FiredRules:
        """Reads every rule below ``folder``; a missing folder knows no rules."""
        return cls([rule for file in sorted(folder.glob("**/*.yml")) for rule in _rules(file)])

    def find(self, intent: str, actions: Sequence[str], loop: str | None) -> str | None:
        """The rule whose intent and first action these were; inside an open form (``loop``) its own rule is preferred.

        ``form: NAME`` when the message simply went to the open form; None when no rule is known.
        """
        if not actions:
            return None
        matching = [rule for rule in self._rules if rule.intent == intent and rule.first_action == actions[0]]
        for wanted in (loop, None):
            for rule in matching:
                if rule.loop == wanted:
                    return rule.name
        return f"form: {loop}" if loop and actions[0] == loop else None


def _rules(file: Path) -> Iterator[_Rule]:
    content = yaml.safe_load(file.read_text("utf-8")) or {}
    for rule in content.get("rules") or ():
        steps = rule.get("steps") or []
        first_action = next((step["action"] for step in steps if "action" in step), None)
        if first_action is None:
            continue
        loop = next((item["active_loop"] for item in rule.get("condition") or () if "active_loop" in item), None)
        for intent in _intents(steps):
            yield _Rule(str(rule["rule"]), intent, first_action, loop)


def _intents(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for step in steps:
        for choice in step.get("or") or [step]:
            if "intent" in choice:
                yield choice["intent"]
