"""Every form against every intent, and against messages in random order: nothing breaks, nothing changes unasked."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
import yaml

from actions.records.database import Database
from actions.records.tables import action_outcomes, orders, verifications
from bot.messages import BotTurn, Turn
from bot.ports import Brain, Parts
from tests.databases import rows

ROOT = Path(__file__).resolve().parent.parent.parent
INTENTS = [*yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"], "nlu_fallback"]
# What each service says first of an order that is paid and not shipped, once the customer is verified.
OPENED_BY = {
    "track_order": "utter_order_paid",
    "expedite_order": "utter_order_paid",
    "list_orders": "utter_order_list",
    "cancel_order": "utter_cancel_order_confirm",
    "track_refund": "utter_no_refund",
    "change_address": "utter_ask_new_address",
    "change_order": "utter_ask_order_change",
    "schedule_delivery": "utter_ask_delivery_day",
    "return_item": "utter_return_item_refused_state_paid",
    "exchange_item": "utter_exchange_item_refused_state_paid",
    "request_refund": "utter_cancel_order_confirm",
    "request_repair": "utter_request_repair_refused_state",
    "product_problem": "utter_product_problem_refused_state",
    "price_protection": "utter_ask_item",
    "request_invoice": "utter_ask_invoice_kind",
    "check_invoice": "utter_invoice_not_asked",
    "not_received": "utter_not_received_refused_state_paid",
    "wrong_or_damaged_item": "utter_wrong_or_damaged_item_refused_state",
}
NEEDS_NO_ORDER = {"order_problem"}
ENDS_A_FORM = {"stop", "deny", "goodbye", "request_human"}
# The sentences that leave the form's question standing, the question itself first.
ASKS_NUMBER = {
    *("utter_ask_order_number", "utter_ask_any_order_number", "utter_where_order_number"),
    *("utter_order_number_hint", "utter_go_on"),
    # After where a number stands: how it is done in general.
    "utter_article_meanwhile",
}
ASKS_DIGITS = {"utter_ask_last_four", "utter_last_four_hint", "utter_go_on", "utter_lost_phone"}
ORDER, DIGITS = "SO202611010001", "8001"

Say = Callable[[str], Awaitable[BotTurn]]


def conversation(brain: Brain) -> Say:
    """One customer's lines; what begins with a slash is a pressed button."""
    name, lines = uuid4().hex, 0

    async def say(line: str) -> BotTurn:
        nonlocal lines
        lines += 1
        said = {"payload": line} if line.startswith("/") else {"text": line}
        turn = await brain.reply(Turn(name, f"{name}-{lines}", **said, fresh=lines == 1))
        assert not turn.failed, (line, turn)
        assert len(turn.utterances) <= 3, (line, turn)
        return turn

    return say


def last(turn: BotTurn) -> str:
    return turn.utterances[-1].key


@pytest.mark.parametrize("opening", OPENED_BY)
async def test_a_form_lives_through_every_other_intent(opening: str, parts: Parts) -> None:
    # The forms share their code: one meets all intents, the others together once more.
    place = list(OPENED_BY).index(opening)
    for intent in INTENTS if opening == "cancel_order" else INTENTS[place :: len(OPENED_BY)]:
        if intent in NEEDS_NO_ORDER:
            continue
        say = conversation(parts.brain)
        assert last(await say(f"/{opening}")) in ASKS_NUMBER
        answered = last(await say(f"/{intent}"))
        if intent in ENDS_A_FORM:
            assert answered not in ASKS_NUMBER, intent
            continue
        assert answered in ASKS_NUMBER, intent
        # A wish for another form takes over; everything else leaves this one open.
        goal = OPENED_BY[intent if intent in OPENED_BY else opening]
        assert last(await say(ORDER)) == "utter_ask_last_four", intent
        assert last(await say(f"/{intent}")) in ASKS_DIGITS, intent
        assert goal in {said.key for said in (await say(DIGITS)).utterances}, intent


async def test_the_confirmation_waits_through_every_other_intent(parts: Parts, database: Database) -> None:
    for intent in INTENTS:
        if intent in {*OPENED_BY, *NEEDS_NO_ORDER, *ENDS_A_FORM, "affirm"}:
            continue
        say = conversation(parts.brain)
        await say(f'/cancel_order{{"order_number": "{ORDER}"}}')
        assert last(await say(DIGITS)) == "utter_cancel_order_confirm"
        assert last(await say(f"/{intent}")) == "utter_cancel_order_confirm", intent
    assert await states(database) == await states(database) | {ORDER: "paid"}


LINES = [
    *(f"/{intent}" for intent in (*OPENED_BY, *ENDS_A_FORM, "inform", "nlu_fallback", "ask_return_policy", "repeat")),
    *(f"SO20261101000{number}" for number in range(1, 7)),
    *("8001", "8002", "0000", "13500058005", "是的", "不", "SO999999999999"),
    *('/affirm{"confirming": "another wish"}', "1", "2", "两件", "文三路90号3幢201室", "a@example.com"),
    *(f'/cancel_order{{"order_number": "SO20261101000{number}"}}' for number in (1, 6)),
]


@pytest.mark.parametrize("seed", range(8))
async def test_in_whatever_order_only_verified_customers_change_their_orders(
    seed: int, parts: Parts, database: Database
) -> None:
    before = await states(database)
    chance = random.Random(seed)
    say = conversation(parts.brain)
    effects = [effect for _ in range(30) for effect in (await say(chance.choice(LINES))).effects]
    moved = [
        effect.split(":")[1] for effect in effects if effect.startswith(("cancel_order", "return_", "request_refund"))
    ]
    assert len(moved) == len(set(moved)), "an order was changed twice"
    changed = {number for number, state in (await states(database)).items() if state != before[number]}
    assert changed <= {effect.split(":")[1] for effect in effects}
    verified = {row.customer_id for row in await rows(database, sa.select(verifications))}
    owners = {row.order_number: row.customer_id for row in await rows(database, sa.select(orders))}
    written = [row.action for row in await rows(database, sa.select(action_outcomes))]
    assert {owners[effect.split(":")[1]] for effect in effects} <= verified
    assert set(effects) <= set(written)


async def states(database: Database) -> dict[str, str]:
    return {row.order_number: row.state for row in await rows(database, sa.select(orders))}
