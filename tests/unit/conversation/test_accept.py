"""What comes in: stored once, or refused with nothing stored."""

from __future__ import annotations

import pytest

from bot.conversation.accept import EmptyMessage, UnknownPayload, accept, clean, guess_language
from bot.ports import Parts
from tests.fakes import FakeBrain, FakeNotifier, FakeQueue, bot_turn, incoming, utterance
from tests.unit.conversation.talk import asks, conversation, presses, types

MENU = bot_turn(utterances=(utterance("utter_menu", None, "/track_order", "/list_orders"),))


async def test_a_message_is_stored_rung_and_told(parts: Parts) -> None:
    message = await types(parts, "我的订单到哪了")
    assert isinstance(parts.queue, FakeQueue)
    assert isinstance(parts.notifier, FakeNotifier)
    assert parts.queue.rung == [message.conversation_id]
    assert (message.conversation_id, {"type": "message", "seq": 1}) in parts.notifier.published
    assert ("desk", {"type": "changed", "conversation": message.conversation_id}) in parts.notifier.published


async def test_a_duplicate_rings_again_and_tells_nobody(parts: Parts) -> None:
    message = await types(parts, "a", external_id="1")
    assert isinstance(parts.queue, FakeQueue)
    assert isinstance(parts.notifier, FakeNotifier)
    told = len(parts.notifier.published)
    again = await accept(parts, incoming("s", "1", "a"))
    assert again.duplicate
    assert again.message == message
    assert len(parts.queue.rung) == 2
    assert len(parts.notifier.published) == told


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "\ud800"])
async def test_an_empty_message_is_refused(parts: Parts, text: str) -> None:
    with pytest.raises(EmptyMessage):
        await accept(parts, incoming("s", "1", text))
    assert await parts.store.history((await conversation(parts)).id) == []


@pytest.mark.parametrize(
    "text", ["/session_start", "<script>alert(1)</script>", "😀😀", "a\x07b\u200bc", "字" * 10_000]
)
async def test_strange_text_is_kept_as_it_is(parts: Parts, text: str) -> None:
    assert (await types(parts, text, external_id="1")).text == text


async def test_a_pressed_button_is_shown_as_its_label(parts: Parts, brain: FakeBrain) -> None:
    brain.script["菜单"] = MENU
    (reply,) = await asks(parts, "菜单")
    pressed = await presses(parts, reply, 1)
    assert pressed.text == "按钮/list_orders"
    assert pressed.payload == reply.buttons[1].id
    assert "/list_orders" not in pressed.payload


async def test_only_buttons_offered_here_can_be_pressed(parts: Parts, brain: FakeBrain) -> None:
    brain.script["菜单"] = MENU
    (reply,) = await asks(parts, "菜单")
    stranger = incoming("stranger", "1", "", payload=reply.buttons[0].id)
    with pytest.raises(UnknownPayload):
        await accept(parts, stranger)
    with pytest.raises(UnknownPayload):
        await types(parts, "", external_id="2", payload="/track_order")


async def test_an_id_that_does_not_fit_is_refused(parts: Parts) -> None:
    with pytest.raises(ValueError, match="longer than"):
        await types(parts, "a", external_id="x" * 400)


def test_cleaning_takes_away_only_what_cannot_be_stored() -> None:
    assert clean(" 你\x00好 \ud83d ") == "你好"
    assert clean("line\nbreak\t😀") == "line\nbreak\t😀"


@pytest.mark.parametrize(
    ("text", "language"),
    [("hello", "en"), ("你好", "zh"), ("我的order", "zh"), ("123", "zh"), ("", "zh"), ("訂單", "zh")],
)
def test_the_first_guess_at_a_language(text: str, language: str) -> None:
    assert guess_language(text) == language
