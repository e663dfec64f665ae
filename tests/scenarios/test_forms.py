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
OPENED_BY = {
    "track_order": "utter_order_paid",
    "expedite_order": "utter_order_paid",
    "list_orders": "utter_order_list",
    "cancel_order": "utter_confirm_cancel",
    "track_refund": "utter_no_refund",
}
ENDS_A_FORM = {"stop", "deny", "goodbye", "request_human"}
# The sentences that leave the form's question standing, the question itself first.
ASKS_NUMBER = {
    *("utter_ask_order_number", "utter_ask_any_order_number", "utter_where_order_number"),
    *("utter_order_number_hint", "utter_go_on"),
}
ASKS_DIGITS = {"utter_ask_last_four", "utter_last_four_hint", "utter_go_on"}
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
        if intent in {*OPENED_BY, *ENDS_A_FORM, "affirm"}:
            continue
        say = conversation(parts.brain)
        await say(f'/cancel_order{{"order_number": "{ORDER}"}}')
        assert last(await say(DIGITS)) == "utter_confirm_cancel"
        assert last(await say(f"/{intent}")) == "utter_confirm_cancel", intent
    assert await states(database) == await states(database) | {ORDER: "paid"}


LINES = [
    *(f"/{intent}" for intent in (*OPENED_BY, *ENDS_A_FORM, "inform", "nlu_fallback", "ask_return_policy", "repeat")),
    *(f"SO20261101000{number}" for number in range(1, 7)),
    *("8001", "8002", "0000", "13500058005", "是的", "不", "SO999999999999"),
    *(f'/affirm{{"confirming": "SO20261101000{number}"}}' for number in (1, 2)),
    *(f'/cancel_order{{"order_number": "SO20261101000{number}"}}' for number in (1, 6)),
]


@pytest.mark.parametrize("seed", range(12))
async def test_in_whatever_order_only_verified_customers_change_their_orders(
    seed: int, parts: Parts, database: Database
) -> None:
    before = await states(database)
    chance = random.Random(seed)
    say = conversation(parts.brain)
    effects = [effect for _ in range(30) for effect in (await say(chance.choice(LINES))).effects]
    assert len(effects) == len(set(effects)), "an order was changed twice"
    changed = {number for number, state in (await states(database)).items() if state != before[number]}
    assert changed == {effect.split(":")[1] for effect in effects if effect.startswith("cancel_order")}
    verified = {row.customer_id for row in await rows(database, sa.select(verifications))}
    owners = {row.order_number: row.customer_id for row in await rows(database, sa.select(orders))}
    written = [row.action for row in await rows(database, sa.select(action_outcomes))]
    assert {owners[effect.split(":")[1]] for effect in effects} <= verified
    assert set(effects) <= set(written)


async def states(database: Database) -> dict[str, str]:
    return {row.order_number: row.state for row in await rows(database, sa.select(orders))}
