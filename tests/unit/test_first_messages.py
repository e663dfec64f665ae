"""A hundred first messages a language keep their shape: known intents, orders that are seeded, nothing twice.

``goal`` says what would make the customer content; where a message holds two wishes, ``wants`` is the first or
the weightier one and ``goal`` names both.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bench.service_customer import SETS
from lang.yaml_files import load_yaml

ROOT = Path(__file__).resolve().parents[2]
KEYS = ["say", "wants", "order", "goal", "human_is_right"]
MESSAGES = 100
ORDER_NUMBER = re.compile(r"SO\d{12}", re.IGNORECASE)
# A greeting wants nothing yet.
WITHOUT_A_GOAL = {"greet"}


# Of the sets of bench/service_customer.py those that are written.
FILES = [folder / f"{language}.yml" for folder in SETS.values() for language in ("zh", "en")]


def _messages(path: Path) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = load_yaml(path.read_text(encoding="utf-8"))
    return messages


def _seeded_orders() -> set[str]:
    demo = load_yaml((ROOT / "actions" / "records" / "demo.yml").read_text(encoding="utf-8"))
    return {order["order_number"] for order in demo["orders"]}


@pytest.fixture(params=[path for path in FILES if path.exists()], ids=lambda path: f"{path.parent.name}-{path.stem}")
def messages(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return _messages(request.param)


def test_there_are_a_hundred_and_none_twice(messages: list[dict[str, Any]]) -> None:
    assert [list(message) for message in messages] == [KEYS] * MESSAGES
    assert len({re.sub(r"\W", "", message["say"]).lower() for message in messages}) == MESSAGES


def test_what_is_wanted_is_an_intent_of_the_domain(messages: list[dict[str, Any]]) -> None:
    intents = load_yaml((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    assert {message["wants"] for message in messages} <= set(intents)


def test_customers_name_no_order_but_their_own(messages: list[dict[str, Any]]) -> None:
    orders = _seeded_orders()
    for message in messages:
        assert message["order"] is None or message["order"] in orders, message
        assert all(number.upper() == message["order"] for number in ORDER_NUMBER.findall(message["say"])), message


def test_every_customer_has_a_goal(messages: list[dict[str, Any]]) -> None:
    for message in messages:
        assert bool(message["goal"]) != (message["wants"] in WITHOUT_A_GOAL), message
        assert isinstance(message["human_is_right"], bool)
