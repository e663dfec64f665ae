"""Turns through a real, tiny Rasa model: what is said, what is remembered, what never happens twice."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from bot.messages import BotTurn, Customer, Turn

if TYPE_CHECKING:
    from bot.brain.rasa_agent import RasaBrain


class Customers:
    """One conversation with the brain, as the core would hold it: the language follows the last turn."""

    def __init__(self, brain: RasaBrain, language: Any = "zh") -> None:
        self.brain = brain
        self.id = uuid.uuid4().hex
        self.language = language
        self.count = 0

    async def says(self, text: str = "", **given: Any) -> BotTurn:
        self.count += 1
        turn = Turn(self.id, f"{self.id[:20]}-{self.count}", text, language=self.language, fresh=self.count == 1)
        answer = await self.brain.reply(Turn(**{**turn.__dict__, **given}))
        self.language = answer.language
        return answer


@pytest.fixture
def customer(brain: RasaBrain) -> Customers:
    return Customers(brain)


def keys(turn: BotTurn) -> list[str]:
    return [utterance.key for utterance in turn.utterances]


def runs(action: str) -> int:
    from tiny_assistant.tiny_actions import RUNS

    return RUNS[action]


async def events_loaded(customer: Customers) -> int:
    tracker = await customer.brain._loop.run(customer.brain._answering._store.retrieve(customer.id))
    return len(tracker.events)


async def test_a_form_with_a_digression_ends_in_an_action_with_everything_it_passed(customer: Customers) -> None:
    await customer.says("where is my order")
    await customer.says("SO2001")
    digression = await customer.says("what is your return policy")
    answer = await customer.says("8001")

    assert keys(digression) == ["utter_policy", "utter_ask_last_four"]
    assert digression.rule == "policy"
    (order,) = answer.utterances
    assert order.texts == {
        "zh": "订单 SO2001：运输中，2025年11月1日 周六下单。",
        "en": "Order SO2001: in transit, placed on Sat 1 Nov 2025.",
    }
    assert order.arguments["placed_on"] == {"date": "2025-11-01"}
    assert order.card is not None
    assert (order.card.kind, order.card.data) == ("order", {"order_number": "SO2001"})
    (button,) = order.buttons
    assert button.labels == {"zh": "取消 SO2001", "en": "Cancel SO2001"}
    assert button.payload == '/ask_order{"order_number": "SO2001"}'
    assert answer.facts == {"verified": "SO2001"}
    assert answer.effects == ("looked_at:SO2001",)
    assert answer.actions == ("order_form", "action_order")
    assert answer.rule == "form: order_form"
    assert not answer.failed


async def test_understanding_is_handed_on(customer: Customers) -> None:
    await customer.says("where is my order")
    turn = await customer.says("  angry: it is SO2002")
    understood = turn.understanding
    assert understood.intent == "give_order"
    assert 0 < understood.confidence <= 1
    assert understood.ranking[0] == (understood.intent, understood.confidence)
    # Offsets count in the customer's own text, its leading blanks included, and ``language`` is no entity of theirs.
    assert understood.entities == ({"entity": "order_number", "value": "SO2002", "start": 15, "end": 21},)
    assert (understood.language, understood.mood, understood.mood_words) == ("en", -0.5, ("angry",))


async def test_the_same_message_again_gives_the_same_answer_and_runs_nothing(customer: Customers) -> None:
    await customer.says("count up")
    before = runs("action_count")
    turn = Turn(customer.id, "again", "count one more", language="en")
    first = await customer.brain.reply(turn)
    second = await customer.brain.reply(turn)
    third = await customer.brain.reply(Turn(**{**turn.__dict__, "fresh": True}))

    assert first.utterances[0].texts["en"] == "Time 2"
    assert second == first == third
    assert runs("action_count") == before + 1


async def test_a_turn_that_was_not_saved_is_handled_again(customer: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
    await customer.says("count up")

    async def no_disk(tracker: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(customer.brain._answering._processor, "save_tracker", no_disk)
        lost = await customer.says("count up", message_id="again")
    assert lost.failed
    assert lost.utterances == ()
    assert (await customer.says("count up", message_id="again")).utterances[0].texts["en"] == "Time 2"


async def test_a_message_answered_long_ago_in_the_session_is_still_known(customer: Customers) -> None:
    first = await customer.says("count up", message_id="first")
    await customer.says("count up")
    assert await customer.says("count up", message_id="first") == first


@pytest.mark.parametrize(
    "command", ["/restart", "/session_start", " /request_human", "\t/greet", "／restart", "/back", "//restart", "/"]
)
async def test_customers_text_is_never_a_command(customer: Customers, command: str) -> None:
    await customer.says("where is my order")
    turn = await customer.says(command)

    assert turn.understanding.confidence < 1
    assert not {"action_restart", "action_back", "action_session_start"} & set(turn.actions)
    # The form is still open and asks again: nothing was restarted.
    assert keys(turn)[-1] == "utter_ask_order_number"


async def test_a_payload_is_taken_at_its_word_and_keeps_the_language(customer: Customers) -> None:
    await customer.says("hello")
    turn = await customer.says(payload='/request_human{"handoff_rule": "asked"}')
    assert (turn.understanding.intent, turn.understanding.confidence) == ("request_human", 1.0)
    assert [(entity["entity"], entity["value"]) for entity in turn.understanding.entities] == [
        ("handoff_rule", "asked")
    ]
    assert keys(turn) == ["utter_human"]
    assert turn.language == "en"
    assert turn.understanding.language is None


async def test_a_payload_in_an_open_form_fills_no_slot(customer: Customers) -> None:
    await customer.says("where is my order")
    assert keys(await customer.says(payload="/ask_policy")) == ["utter_policy", "utter_ask_order_number"]


async def test_the_language_follows_the_text_and_else_the_turn(customer: Customers) -> None:
    assert (await customer.says("hello")).language == "en"
    assert (await customer.says("我的订单到哪了")).language == "zh"
    number = await customer.says("SO2001", language="en")
    assert number.language == "en"
    assert number.utterances[0].texts["en"] == "Last four digits for SO2001?"


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("break it now", ("action_break",)),
        ("speak raw words", ("utter_greeting", "action_raw")),
        ("the clock please", ("action_clock",)),
    ],
)
async def test_a_failing_action_fails_the_turn_and_leaves_the_dialogue_where_it_was(
    customer: Customers, text: str, actions: tuple[str, ...]
) -> None:
    await customer.says("where is my order")
    failed = await customer.says(text, message_id="broken")

    assert failed.failed
    assert failed.actions == (*actions, "order_form")
    # What was said before is kept; the failing action's own sentences go with it, and the form does not ask again.
    said = ["utter_greeting"] if "utter_greeting" in actions else []
    assert keys(failed) == said
    assert failed.language == "en"
    assert await customer.says(text, message_id="broken") == failed
    assert keys(await customer.says("SO2001")) == ["utter_ask_last_four"]


async def test_a_form_whose_last_step_failed_can_be_tried_again(customer: Customers) -> None:
    await customer.says("where is my order")
    await customer.says("SO9999")
    failed = await customer.says("8001")
    assert failed.failed
    assert failed.actions == ("order_form", "action_order")
    retry = await customer.says("8001")
    assert retry.actions == ("order_form", "action_order")


async def test_a_failing_form_validation_does_not_run_in_circles(customer: Customers) -> None:
    await customer.says("where is my order")
    failed = await customer.says("SO0000")
    assert failed.failed
    assert keys(await customer.says("SO2001")) == ["utter_ask_last_four"]


async def test_saying_nothing_is_a_failure(customer: Customers) -> None:
    assert (await customer.says("stay silent")).failed


async def test_a_hanging_action_is_given_up(customer: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.brain.answering.SECONDS_PER_TURN", 0.05)
    assert (await customer.says("hang forever")).failed
    monkeypatch.undo()
    assert not (await customer.says("hello")).failed


async def test_misunderstanding_is_a_fact(customer: Customers) -> None:
    assert (await customer.says("zzz qqq")).facts == {"misunderstood": True}


async def test_fresh_drops_an_open_form_and_slots(customer: Customers) -> None:
    await customer.says("count up")
    await customer.says("where is my order")
    assert keys(await customer.says("hello", fresh=True)) == ["utter_greeting"]
    assert (await customer.says("count up")).utterances[0].texts["en"] == "Time 1"


async def test_a_long_conversation_rolls_its_session_and_keeps_form_and_slots(
    customer: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.brain.sessions.TURNS_PER_SESSION", 3)
    await customer.says("count up")
    await customer.says("where is my order")
    await customer.says("SO2001")
    loaded = await events_loaded(customer)
    rolled = await customer.says("what is your return policy")

    assert keys(rolled) == ["utter_policy", "utter_ask_last_four"]
    assert await events_loaded(customer) < loaded
    assert (await customer.says("count up")).utterances[0].texts["en"] == "Time 2"
    assert keys(await customer.says("8001")) == ["utter_order"]


async def test_an_idle_conversation_starts_anew(customer: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
    await customer.says("where is my order")
    monkeypatch.setattr("bot.brain.sessions.IDLE_SECONDS", -1)
    turn = await customer.says("hello")
    assert keys(turn) == ["utter_greeting"]
    assert turn.language == "en"


async def test_metadata_reaches_the_actions(customer: Customers) -> None:
    from tiny_assistant.tiny_actions import METADATA

    await customer.says("count up", customer=Customer("c-7", "Alice"), address="10.0.0.1", message_id="m-1")
    seen = METADATA[-1]
    expected = {"message_id": "m-1", "conversation_id": customer.id, "customer_id": "c-7", "customer_name": "Alice"}
    assert {**seen, **expected, "address": "10.0.0.1", "language": "zh"} == seen


async def test_conversations_do_not_mix(brain: RasaBrain) -> None:
    everybody = [Customers(brain) for _ in range(6)]
    for count in (1, 2, 3):
        turns = await asyncio.gather(*(customer.says("count up") for customer in everybody))
        assert {turn.utterances[0].texts["en"] for turn in turns} == {f"Time {count}"}


@pytest.mark.parametrize("text", ["", " ", "\x00\x07", "😀" * 50, "x" * 10_000, "<script>alert(1)</script>", "{count}"])
async def test_odd_texts_do_not_break_a_turn(customer: Customers, text: str) -> None:
    await customer.says(text)
    assert not (await customer.says("hello")).failed


async def test_customers_text_is_not_printed(
    customer: Customers, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for text in ("绝密词 hello", "break it now 绝密词", "speak raw words 绝密词"):
        await customer.says(text)
    captured = capfd.readouterr()
    assert "绝密词" not in captured.out + captured.err + caplog.text
    assert "action action_break raised: RuntimeError" in caplog.text
