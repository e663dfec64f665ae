"""``rules/handoff.yml``: read, checked against a schema, and turned into frozen types."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.messages import Language
from bot.rule_schema import rule_name, schema_faults
from bot.rule_words import read_words, take_all, words_faults
from lang.told import Words
from lang.yaml_files import load_yaml, yaml_problem

HANDOFF_FILE = Path("rules/handoff.yml")
ArgumentsOf = Callable[[str], Collection[str]]

# What the core fills in when a rule says a response; everything else would be missing (see record_bot_turn).
GIVEN: Mapping[str, frozenset[str]] = {"notice_handed_over": frozenset({"place"})}

_TAKES = {
    "words": "every message with these words",
    "intent": "every message with the intent {value}",
    "misunderstood_in_a_row": "every message from the misunderstood one number {value} on",
    "mood_at_most": "every mood at most {value}",
    "response": "every answer with {value}",
    "failed": "every failed answer",
}


class RulesError(ValueError):
    """A rule file that cannot be used; the message names the file, the place in it, and what to do."""


@dataclass(frozen=True)
class HandoffRule:
    """One rule. ``condition`` names what is looked at (``mood_at_most``, …); ``value`` is what it is held against."""

    id: str
    condition: str
    value: str | float | bool | Words
    do: str
    reason: Mapping[Language, str]
    say: tuple[str, ...] = ()
    keep_reply: bool = True

    @property
    def at_once(self) -> bool:
        """Followed before the bot is asked: no answer of the bot is wanted, and none may be waited for."""
        return isinstance(self.value, Words) and self.do == "hand_over" and not self.keep_reply


@dataclass(frozen=True)
class HandoffRules:
    """All rules in file order; ``tell_again_after``: how long a waiting customer is not told the same again."""

    rules: tuple[HandoffRule, ...]
    tell_again_after: timedelta = field(default=timedelta(minutes=2))

    def by_id(self, rule_id: str) -> HandoffRule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def load_handoff_rules(
    path: Path = HANDOFF_FILE,
    *,
    known_responses: Iterable[str] | None = None,
    known_intents: Iterable[str] | None = None,
    arguments_of: ArgumentsOf | None = None,
) -> HandoffRules:
    """Raises RulesError with every fault of the file.

    What is given is checked too: ``known_responses`` and ``known_intents`` against what the rules name,
    ``arguments_of`` (the arguments a known response needs) against what the core has to give.
    """
    document = read_rules(path)
    refuse(path, schema_faults(document))
    refuse(path, words_faults(document["rules"]))
    rules = tuple(_rule_of(entry) for entry in document["rules"])
    faults = [*_doubled_ids(rules), *_never_firing(rules)]
    if known_responses is not None:
        known = set(known_responses)
        faults += _unknown_responses(rules, known)
        faults += _starved_responses(rules, known, arguments_of) if arguments_of else []
    if known_intents is not None:
        faults += _unknown_intents(rules, sorted(known_intents))
    refuse(path, faults)
    minutes = (document.get("while_waiting") or {}).get("tell_again_after_minutes", 2)
    return HandoffRules(rules, timedelta(minutes=minutes))


def read_rules(path: Path) -> Any:
    """What a rule file holds; raises RulesError in words."""
    try:
        return load_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RulesError(f"{path}: the file is missing. Restore it, or start Kefu in its own folder.") from None
    except UnicodeDecodeError as error:
        raise RulesError(f"{path}: the file is not UTF-8 ({error.reason}). Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        raise RulesError(f"{_shown(path)}: this is not valid YAML: {yaml_problem(error)}") from None


def refuse(path: Path, faults: Iterable[str]) -> None:
    """Raises RulesError with a line for each fault; nothing when there is none."""
    lines = [f"{_shown(path)}, {fault}" for fault in faults]
    if lines:
        raise RulesError("\n".join(lines))


def _shown(path: Path) -> Path:
    """As somebody in Kefu's folder would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _rule_of(entry: Mapping[str, Any]) -> HandoffRule:
    ((condition, value),) = entry["when"].items()
    return HandoffRule(
        id=entry["id"],
        condition=condition,
        value=read_words(value) if condition == "words" else value,
        do=entry["do"],
        reason=entry["reason"],
        say=tuple(entry.get("say", ())),
        keep_reply=entry.get("keep_reply", True),
    )


def _doubled_ids(rules: tuple[HandoffRule, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.id in seen:
            yield f"{rule_name(index, rule.id)}, id: it is used twice; give each rule an id of its own"
        seen.add(rule.id)


def _never_firing(rules: tuple[HandoffRule, ...]) -> Iterator[str]:
    for index, rule in enumerate(rules):
        above = next((other for other in rules[:index] if _takes_all(other, rule)), None)
        if above:
            taken = _TAKES[above.condition].format(value=above.value)
            remedy = "put the narrower rule first, or delete one"
            yield f"rule {rule.id!r} can never fire: {above.id!r} above it already takes {taken}; {remedy}"


def _takes_all(above: HandoffRule, rule: HandoffRule) -> bool:
    if above.condition != rule.condition:
        return False
    if isinstance(rule.value, Words) and isinstance(above.value, Words):
        return take_all(above.value, rule.value)
    if rule.condition == "mood_at_most":
        return number(rule) <= number(above)
    if rule.condition == "misunderstood_in_a_row":
        return number(rule) >= number(above)
    return rule.value == above.value


def number(rule: HandoffRule) -> float:
    """The threshold of a rule that has one."""
    assert not isinstance(rule.value, Words)
    return float(rule.value)


def _unknown_responses(rules: tuple[HandoffRule, ...], known: set[str]) -> Iterator[str]:
    for index, rule in enumerate(rules):
        asked = [("when", str(rule.value))] if rule.condition == "response" else []
        for field_name, key in [*asked, *(("say", key) for key in rule.say)]:
            if key not in known:
                hint = _did_you_mean(key, sorted(known)) or "add it to data/responses/, or correct it"
                yield f"{rule_name(index, rule.id)}, {field_name}: there is no response {key!r}; {hint}"


def _unknown_intents(rules: tuple[HandoffRule, ...], known: list[str]) -> Iterator[str]:
    for index, rule in enumerate(rules):
        if rule.condition == "intent" and rule.value not in known:
            hint = _did_you_mean(str(rule.value), known) or "the intents are listed in domain.yml"
            yield f"{rule_name(index, rule.id)}, when: there is no intent {rule.value!r}; {hint}"


def _did_you_mean(written: str, known: list[str]) -> str | None:
    close = difflib.get_close_matches(written, known, n=1)
    return f"did you mean {close[0]!r}?" if close else None


def _starved_responses(rules: tuple[HandoffRule, ...], known: set[str], arguments_of: ArgumentsOf) -> Iterator[str]:
    for index, rule in enumerate(rules):
        for key in rule.say:
            needed = set(arguments_of(key)) - GIVEN.get(key, frozenset()) if key in known else ()
            if needed:
                names = ", ".join(f"{{{name}}}" for name in sorted(needed))
                remedy = "a rule has nothing to put there; say a response without it"
                yield f"{rule_name(index, rule.id)}, say: {key!r} needs {names}; {remedy}"
