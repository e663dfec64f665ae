"""Reads ``tests/scenarios/*.<language>.yml``, the twins of ``data/stories/*.yml``.

A file is a list of scenarios:

    - name: the digits come with the order number
      service: track_order        # optional: the cell of tests/scenarios/matrix.yml that it fills
      kind: happy
      customer: C10002            # optional: signed in by the shop's site
      owns: {SO202611010001: C10002}  # optional: orders that belong to another customer than in the demo shop
      delivered: [SO202611010006]     # optional: orders that arrived today
      turns:
      # Or  press: <label of the newest button that reads so>,  or  photo: <name of the file>,
      # or  wait: <minutes>  in which nobody says anything; what is told unasked is expected then.
      - say: SO202611010002 尾号 8002
        # Every reply, in order: a key alone, or with what must be in it. "utter_a or utter_b" allows both.
        expect:
        - key: utter_order_in_transit
          arguments: {order_number: SO202611010002}   # some of the arguments
          text: 顺丰              # a part of what the customer reads
          article: delivery-times # the article of the card
          buttons: [我的订单]     # some of the buttons
        effect: [expedite_order:SO202611010002]   # exactly what was changed; nothing when left out
        owner: waiting            # who owns the conversation afterwards; bot when left out
        reason: asks_for_human    # the hand-over rule that fired
        language: en              # of the replies; that of the file when left out
        records: down             # the shop's order system stops answering before this line; `up`: it is back
        facts: {refused: late}    # some of what is kept for the dossier
      leaves: {SO202611010001: cancelled}   # optional: states of orders in the records at the end

A field that is not listed here is a fault, so that no expectation is overlooked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bot.messages import Language
from lang.yaml_files import load_yaml

FOLDER = Path(__file__).resolve().parent
_DOES = {"say", "press", "photo", "wait"}


@dataclass(frozen=True)
class Reply:
    """What one bubble must hold."""

    key: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    article: str | None = None
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One message of the customer, or some minutes without any, and everything that must follow from it."""

    expect: tuple[Reply, ...]
    say: str | None = None
    press: str | None = None
    photo: str | None = None
    wait: int | None = None
    effect: tuple[str, ...] = ()
    owner: str = "bot"
    reason: str | None = None
    language: Language | None = None
    records: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    name: str
    language: Language
    turns: tuple[Line, ...]
    service: str | None = None
    kind: str | None = None
    customer: str | None = None
    owns: Mapping[str, str] = field(default_factory=dict)
    delivered: tuple[str, ...] = ()
    leaves: Mapping[str, str] = field(default_factory=dict)

    @property
    def meets_an_outage(self) -> bool:
        return any(line.records for line in self.turns)


def read_all() -> dict[str, Scenario]:
    """Every scenario by ``<file>: <name>``; raises ValueError for a fault in a file."""
    found: dict[str, Scenario] = {}
    for file in sorted(FOLDER.glob("*.??.yml")):
        language = file.stem.rsplit(".", 1)[-1]
        for entry in load_yaml(file.read_text("utf-8")):
            where = f"{file.stem}: {entry.get('name')}"
            if where in found:
                raise ValueError(f"{where} stands twice")
            found[where] = _scenario(entry, language, where)
    return found


def _scenario(entry: dict[str, Any], language: str, where: str) -> Scenario:
    turns = tuple(_line(line, where) for line in entry.pop("turns"))
    return _made(Scenario, {**entry, "language": language, "turns": turns}, where)


def _line(line: dict[str, Any], where: str) -> Line:
    if len(_DOES & set(line)) != 1:
        raise ValueError(f"{where}: each turn does one of {', '.join(sorted(_DOES))}")
    replies = [reply if isinstance(reply, dict) else {"key": reply} for reply in line["expect"]]
    made = tuple(_made(Reply, reply | _tuples(reply, "buttons"), where) for reply in replies)
    return _made(Line, line | {"expect": made} | _tuples(line, "effect"), where)


def _tuples(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: tuple(entry[name])} if name in entry else {}


def _made(kind: type[Any], entry: dict[str, Any], where: str) -> Any:
    unknown = set(entry) - {known.name for known in fields(kind)}
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    return kind(**entry)
