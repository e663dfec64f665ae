"""Whole messages of both languages, with everything the rules find in them: the tables entity_cases*.yml."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from bot.nlu.entity import shop
from bot.nlu.entity_rules import NAMES, EntityRules

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=timezone(timedelta(hours=8)))
TABLES = sorted(Path(__file__).parent.glob("entity_cases*.yml"))
ANNOTATION = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<entity>[a-z_]+)=(?P<value>[^)]*)\)")
Expected = list[tuple[str, str, str]]


def _read(line: str) -> tuple[str, Expected]:
    told = [(match["entity"], match["value"], match["words"]) for match in ANNOTATION.finditer(line)]
    return ANNOTATION.sub(r"\g<words>", line), told


# Every value a text: a message may be a bare number or a date.
LINES = [
    (f"{table.stem}:{group}:{number}", line)
    for table in TABLES
    for group, lines in yaml.load(table.read_text("utf-8"), Loader=yaml.BaseLoader).items()
    for number, line in enumerate(lines, start=1)
]
CASES = [pytest.param(*_read(line), id=name) for name, line in LINES]


@pytest.fixture(scope="module")
def rules() -> EntityRules:
    return EntityRules(shop.load())


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_message_holds_these_entities_and_no_others(rules: EntityRules, text: str, expected: Expected) -> None:
    found = [(entity.name, entity.value, text[entity.start : entity.end]) for entity in rules.find(text, NOW)]
    assert found == expected


def test_every_entity_has_cases_in_both_languages() -> None:
    for language in ("zh", "en"):
        lines = [line for name, line in LINES if name.split(":")[0].endswith(language)]
        assert {entity for line in lines for entity, _, _ in _read(line)[1]} == set(NAMES)
