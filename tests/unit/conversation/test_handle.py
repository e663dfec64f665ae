"""Scenarios through accept and drain: who speaks, what is kept, when a human takes over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from bot.conversation.hand_to_agent import claim, close, return_to_bot
from bot.conversation.handle import drain
from bot.messages import Author, Customer, Delivery, Owner, StoredMessage, Turn, Utterance
from bot.opening_hours import OpeningHours
from bot.ports import Parts
from tests.fakes import (
    RULES,
    FakeBrain,
    FakeChannel,
    FakeResponses,
    bot_turn,
    failed_turn,
    misunderstood_turn,
    utterance,
)
from tests.unit.conversation.talk import ANNA, asks, conversation, presses, replies_to, transcript, types


async def test_the_bot_answers_in_order_and_once(parts: Parts, brain: FakeBrain, channel: FakeChannel) -> None:
    for text in ("一", "二", "三"):
        await types(parts, text)
    here = (await conversation(parts)).id
    await drain(parts, here)
    await drain(parts, here)
    assert [turn.text for turn in brain.asked] == ["一", "二", "三"]
    assert [message.arguments["text"] for message in channel.sent] == ["一", "二", "三"]
    assert all(message.delivery is Delivery.SENT for message in await parts.store.history(here, after=3))


async def test_the_brain_learns_what_it_needs(parts: Parts, brain: FakeBrain) -> None:
    await parts.store.open_conversation("web", "s", language="en", customer=Customer("c7", "Alice"))
    await asks(parts, "hi", address="203.0.113.7")
    await asks(parts, "again")
    first, second = brain.asked
    assert (first.text, first.payload, first.language, first.address) == ("hi", None, "en", "203.0.113.7")
    assert first.customer == Customer("c7", "Alice")
    assert (first.fresh, second.fresh) == (True, False)


async def test_the_decision_is_kept_on_the_customers_message(parts: Parts, brain: FakeBrain) -> None:
    brain.script["退货"] = bot_turn(
        "utter_article_answer", intent="ask_return_policy", mood=-0.1, rule="answer policy",
        facts={"article": "returns", "score": 0.83}, effects=("note:1",),
    )  # fmt: skip
    await asks(parts, "退货")
    asked, _ = await parts.store.history((await conversation(parts)).id)
    assert asked.decision is not None
    expected = {"intent": "ask_return_policy", "confidence": 0.9, "rule": "answer policy", "effects": ["note:1"]}
    assert expected.items() <= asked.decision.items()
    assert asked.decision["facts"] == {"article": "returns", "score": 0.83}
    assert asked.decision["handoff"] is None


async def test_language_and_mood_are_kept_on_the_conversation(parts: Parts, brain: FakeBrain) -> None:
    brain.script["where is my order"] = bot_turn(language="en", mood=-0.3)
    (reply,) = await asks(parts, "where is my order")
    assert (reply.language, reply.text) == ("en", reply.texts["en"])
    assert reply.texts["zh"].startswith("中文")
    now = await conversation(parts)
    assert (now.language, now.mood) == ("en", -0.3)


async def test_a_pressed_button_reaches_the_brain_as_its_payload(parts: Parts, brain: FakeBrain) -> None:
    payload = '/cancel_order{"order_number": "SO202611010001"}'
    brain.script["取消"] = bot_turn(utterances=(utterance("utter_sure", None, payload),))
    (reply,) = await asks(parts, "取消")
    pressed = await presses(parts, reply)
    await drain(parts, pressed.conversation_id)
    assert (brain.asked[-1].payload, brain.asked[-1].text) == (payload, "")


async def test_buttons_get_ids_of_their_own_each_time(parts: Parts, brain: FakeBrain) -> None:
    brain.script.update({text: bot_turn(utterances=(utterance("utter_menu", None, "/affirm"),)) for text in "ab"})
    ids = {reply.buttons[0].id for text in "ab" for reply in await asks(parts, text)}
    assert len(ids) == 2
    assert all(len(button_id) == 32 for button_id in ids)


async def test_a_brain_that_raises_loses_nothing(parts: Parts, brain: FakeBrain) -> None:
    brain.script["坏"] = RuntimeError("boom")
    (reply,) = await asks(parts, "坏")
    assert (reply.key, reply.author) == ("notice_trouble", Author.SYSTEM)
    assert (await conversation(parts)).misunderstandings == 1
    assert (await parts.store.work(reply.conversation_id)).message is None


async def test_a_failed_turn_keeps_what_was_said_and_apologises_once(parts: Parts, brain: FakeBrain) -> None:
    brain.script["查"] = failed_turn("utter_one_moment")
    assert [reply.key for reply in await asks(parts, "查")] == ["utter_one_moment", "notice_trouble"]


async def test_a_failed_turn_apologises_even_without_a_rule(parts: Parts, brain: FakeBrain) -> None:
    parts = replace(parts, handoff_rules=replace(RULES, rules=RULES.rules[:1]))
    brain.script["查"] = failed_turn()
    assert [reply.key for reply in await asks(parts, "查")] == ["notice_trouble"]


async def test_a_slip_in_a_rule_does_not_stop_the_handover(parts: Parts, brain: FakeBrain) -> None:
    class Strict(FakeResponses):
        def render(self, key: str, arguments: Mapping[str, Any] | None = None) -> Utterance:
            if key == "utter_sorry":
                raise KeyError(key)
            return super().render(key, arguments)

    brain.script["垃圾!"] = bot_turn("utter_x", mood=-0.9, facts={"day": date(2026, 11, 21)})
    replies = await asks(replace(parts, responses=Strict()), "垃圾!")
    assert [reply.key for reply in replies] == ["utter_x", "notice_handed_over"]
    assert (await conversation(parts)).owner is Owner.WAITING
    decision = (await parts.store.history(replies[0].conversation_id))[0].decision
    assert decision is not None
    assert decision["facts"] == {"day": "2026-11-21"}


async def test_out_of_hours_the_customer_reads_when_somebody_will_be_there(parts: Parts, brain: FakeBrain) -> None:
    brain.script["转人工"] = bot_turn("utter_will_do", intent="request_human")
    tomorrow = datetime.now(timezone.utc).date() + timedelta(days=1)
    closed = replace(parts, hours=OpeningHours(timezone.utc, {}, {tomorrow: ((540, 1080),)}))
    opens = {"opens": {"datetime": f"{tomorrow}T09:00:00+00:00"}}
    (reply,) = await asks(closed, "转人工")
    assert (reply.key, reply.arguments) == ("notice_handed_over_closed", opens)
    assert (await conversation(closed)).owner is Owner.WAITING
    patient = replace(closed, handoff_rules=replace(RULES, tell_again_after=timedelta(0)))
    (reply,) = await asks(patient, "在吗", external_id="2")
    assert (reply.key, reply.arguments) == ("notice_still_closed", opens)


async def test_three_failures_hand_over(parts: Parts, brain: FakeBrain) -> None:
    brain.script["坏"] = RuntimeError("boom")
    for external_id in "123":
        await asks(parts, "坏", external_id=external_id)
    assert (await conversation(parts)).owner is Owner.WAITING


async def test_asking_for_a_human(parts: Parts, brain: FakeBrain) -> None:
    brain.script["转人工"] = bot_turn("utter_will_do", intent="request_human")
    (reply,) = await asks(parts, "转人工")
    assert (reply.key, reply.author, reply.arguments) == ("notice_handed_over", Author.SYSTEM, {"place": 1})
    now = await conversation(parts)
    assert now.owner is Owner.WAITING
    (handoff,) = await parts.store.handoffs(now.id)
    assert (handoff.rule, handoff.words) == ("asks_for_human", "转人工")
    message = (await parts.store.history(now.id))[0]
    assert message.decision is not None
    assert message.decision["handoff"]["rule"] == "asks_for_human"


async def test_an_upset_customer_reads_the_answer_an_apology_and_the_place(parts: Parts, brain: FakeBrain) -> None:
    brain.script["垃圾!"] = bot_turn("utter_x", mood=-0.9, mood_words=("垃圾",))
    replies = await asks(parts, "垃圾!")
    assert [reply.key for reply in replies] == ["utter_x", "utter_sorry", "notice_handed_over"]
    (handoff,) = await parts.store.handoffs((await conversation(parts)).id)
    assert (handoff.rule, handoff.threshold, handoff.measured, handoff.words) == ("upset", -0.6, -0.9, "垃圾")


async def test_an_upset_customer_is_not_asked_what_was_meant(parts: Parts, brain: FakeBrain) -> None:
    brain.script["搞了一个小时!"] = bot_turn("utter_did_you_mean", mood=-0.9, facts={"misunderstood": True})
    replies = await asks(parts, "搞了一个小时!")
    assert [reply.key for reply in replies] == ["utter_sorry", "notice_handed_over"]


async def test_a_handed_over_customer_is_offered_no_button_of_the_bots(parts: Parts, brain: FakeBrain) -> None:
    answer = bot_turn("utter_x", mood=-0.9)
    brain.script["垃圾!"] = replace(answer, utterances=(utterance("utter_x", {}, "/track_order"),))
    replies = await asks(parts, "垃圾!")
    assert [len(reply.buttons) for reply in replies] == [0, 0, 1]
    assert replies[-1].buttons[0].payload == "/back_to_bot"


async def test_a_change_in_the_records_is_told_even_when_the_rule_drops_the_reply(
    parts: Parts, brain: FakeBrain
) -> None:
    turn = bot_turn("utter_cancelled", intent="request_human")
    brain.script["取消 转人工"] = replace(turn, effects=("cancel_order:SO1",))
    replies = await asks(parts, "取消 转人工")
    assert [reply.key for reply in replies] == ["utter_cancelled", "notice_handed_over"]


async def test_a_handed_over_customer_is_asked_nothing_any_more(parts: Parts, brain: FakeBrain) -> None:
    said = (utterance("utter_complaint_noted"), utterance("utter_ask_delivery_hours"))
    brain.script["气死了!"] = replace(bot_turn("utter_x", mood=-0.9), utterances=said)
    replies = await asks(parts, "气死了!")
    assert [reply.key for reply in replies] == ["utter_complaint_noted", "utter_sorry", "notice_handed_over"]


async def test_three_misunderstandings_in_a_row_hand_over(parts: Parts, brain: FakeBrain) -> None:
    brain.script.update({f"嗯{n}": misunderstood_turn() for n in range(5)})
    await asks(parts, "嗯0")
    await asks(parts, "嗯1")
    await asks(parts, "明白的话")
    assert (await conversation(parts)).misunderstandings == 0
    for n in (2, 3):
        assert [reply.key for reply in await asks(parts, f"嗯{n}")] == ["utter_fallback"]
    assert [reply.key for reply in await asks(parts, "嗯4")] == ["notice_handed_over"]


async def test_an_offer_leaves_the_bot_in_charge_until_it_is_taken(parts: Parts, brain: FakeBrain) -> None:
    payload = '/request_human{"handoff_rule": "identity_failed"}'
    parts.responses.buttons["utter_offer_human"] = (payload,)  # type: ignore[attr-defined]
    brain.script["8888"] = bot_turn("utter_identity_exhausted")
    brain.script[payload] = bot_turn(intent="request_human")
    replies = await asks(parts, "8888")
    assert [reply.key for reply in replies] == ["utter_identity_exhausted", "utter_offer_human"]
    assert (await conversation(parts)).owner is Owner.BOT
    pressed = await presses(parts, replies[1])
    await drain(parts, pressed.conversation_id)
    (handoff,) = await parts.store.handoffs(pressed.conversation_id)
    assert handoff.rule == "identity_failed"
    history = await parts.store.history(pressed.conversation_id)
    decision = next(message for message in history if message.id == pressed.id).decision
    assert decision is not None
    assert (decision["handoff"]["rule"], decision["handoff"]["fired"]) == ("identity_failed", "asks_for_human")


async def test_while_waiting_only_notices_and_not_too_many(parts: Parts, brain: FakeBrain) -> None:
    await wait_for_a_human(parts, brain)
    assert await asks(parts, "快点") == []
    patient = replace(parts, handoff_rules=replace(RULES, tell_again_after=timedelta(0)))
    (reply,) = await asks(patient, "还要多久")
    assert (reply.key, reply.author, reply.arguments) == ("notice_still_waiting", Author.SYSTEM, {"place": 1})
    assert len(brain.asked) == 1


async def test_a_waiting_customer_may_go_back_to_the_bot(parts: Parts, brain: FakeBrain) -> None:
    notice = await wait_for_a_human(parts, brain)
    pressed = await presses(parts, notice)
    await drain(parts, pressed.conversation_id)
    now = await conversation(parts)
    assert (now.owner, now.fresh, now.waiting_since) == (Owner.BOT, True, None)
    assert (await transcript(parts))[-1] == "system: notice_back_to_bot"
    assert len(brain.asked) == 1
    await asks(parts, "谢谢")
    assert brain.asked[-1].fresh


async def test_what_an_agent_handles_never_reaches_the_brain(parts: Parts, brain: FakeBrain) -> None:
    await asks(parts, "你好")
    await claim(parts, (await conversation(parts)).id, ANNA)
    assert await asks(parts, "在吗") == []
    assert [turn.text for turn in brain.asked] == ["你好"]
    last = (await parts.store.history((await conversation(parts)).id))[-1]
    assert last.decision == {"responder": "agent"}


async def test_claimed_in_mid_turn_the_effect_is_held_for_the_agent(
    parts: Parts, brain: FakeBrain, channel: FakeChannel
) -> None:
    async def claimed(turn: Turn) -> None:
        await claim(parts, turn.conversation_id, ANNA)

    brain.during = claimed
    brain.script["取消订单"] = bot_turn("utter_cancelled", intent="cancel_order", effects=("cancel_order:SO1",))
    (reply,) = await asks(parts, "取消订单")
    assert (reply.key, reply.delivery) == ("utter_cancelled", Delivery.HELD)
    assert [message.key for message in channel.sent] == ["notice_agent_joined"]
    asked = (await parts.store.history(reply.conversation_id))[0]
    assert asked.decision is not None
    assert (asked.decision["held"], asked.decision["effects"]) == (True, ["cancel_order:SO1"])
    assert len(brain.asked) == 1


async def test_claimed_and_returned_in_mid_turn_the_bot_still_answers(parts: Parts, brain: FakeBrain) -> None:
    async def there_and_back(turn: Turn) -> None:
        if len(brain.asked) == 1:
            await claim(parts, turn.conversation_id, ANNA)
            await return_to_bot(parts, turn.conversation_id, ANNA)

    brain.during = there_and_back
    (reply,) = await asks(parts, "你好")
    assert (reply.key, reply.delivery) == ("utter_echo", Delivery.SENT)


async def test_a_closed_conversation_opens_a_new_episode(parts: Parts, brain: FakeBrain) -> None:
    await asks(parts, "你好")
    closed = await close(parts, (await conversation(parts)).id, ANNA)
    assert closed.owner is Owner.CLOSED
    (reply,) = await asks(parts, "还有一个问题")
    assert reply.episode == closed.episode + 1
    assert brain.asked[-1].fresh


async def test_a_message_that_a_close_overtook_is_answered(parts: Parts, brain: FakeBrain) -> None:
    message = await types(parts, "等一下")
    closed = await close(parts, message.conversation_id, ANNA)
    await drain(parts, message.conversation_id)
    (reply,) = await replies_to(parts, message)
    assert (reply.key, reply.episode) == ("utter_echo", closed.episode + 1)


async def test_cut_short_before_recording_it_is_handled_again(parts: Parts, brain: FakeBrain) -> None:
    message = await types(parts, "你好")
    await brain.reply(Turn(message.conversation_id, message.id, "你好"))  # a crash came right after this
    await drain(parts, message.conversation_id)
    assert await transcript(parts) == ["customer: 你好", "bot: utter_echo"]


async def wait_for_a_human(parts: Parts, brain: FakeBrain) -> StoredMessage:
    brain.script["转人工"] = bot_turn(intent="request_human")
    (reply,) = await asks(parts, "转人工")
    return reply
