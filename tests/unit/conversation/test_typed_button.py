"""On a platform that has no room for every button, typing its words is pressing it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channel_rules import ChannelRule
from bot.messages import BotTurn
from bot.ports import Parts
from tests.fakes import FakeBrain, bot_turn, utterance
from tests.unit.conversation.talk import asks, types

CRAMPED = ChannelRule("web", buttons=1, button_characters=12)


def menu(*payloads: str) -> BotTurn:
    return bot_turn(utterances=(utterance("utter_menu", None, *payloads),))


@pytest.fixture
def cramped(parts: Parts) -> Parts:
    return replace(parts, channel_rules={"web": CRAMPED})


@pytest.mark.parametrize("text", ["按钮/track_order", "Button /track_order", "button /TRACK_ORDER。", "按钮/track_or…"])
async def test_a_buttons_words_are_the_button(cramped: Parts, brain: FakeBrain, text: str) -> None:
    brain.script["菜单"] = menu("/list_orders", "/track_order")
    (reply,) = await asks(cramped, "菜单")
    typed = await types(cramped, text)
    assert typed.payload == reply.buttons[1].id
    assert typed.text == text  # the transcript keeps what was written


async def test_the_newest_of_two_that_read_alike_is_meant(cramped: Parts, brain: FakeBrain) -> None:
    brain.script["菜单"] = menu("/track_order")
    await asks(cramped, "菜单", external_id="1")
    (newest,) = await asks(cramped, "菜单", external_id="2")
    assert (await types(cramped, "按钮/track_order")).payload == newest.buttons[0].id


@pytest.mark.parametrize("text", ["按钮", "按钮/track", "track_order", "。", "我要按钮/track_order"])
async def test_other_words_are_words(cramped: Parts, brain: FakeBrain, text: str) -> None:
    brain.script["菜单"] = menu("/track_order")
    await asks(cramped, "菜单")
    assert (await types(cramped, text)).payload is None


@pytest.mark.parametrize("payload", ["/affirm", '/affirm{"confirming": "cancel"}', "/deny"])
async def test_a_typed_yes_answers_the_last_question_not_an_old_button(
    cramped: Parts, brain: FakeBrain, payload: str
) -> None:
    brain.script["取消"] = menu(payload)
    await asks(cramped, "取消")
    assert (await types(cramped, f"按钮{payload}")).payload is None


async def test_what_was_offered_long_ago_is_forgotten(cramped: Parts, brain: FakeBrain) -> None:
    brain.script["菜单"] = menu("/track_order")
    await asks(cramped, "菜单")
    for number in range(11):
        await asks(cramped, f"还有 {number}")
    assert (await types(cramped, "按钮/track_order")).payload is None


async def test_where_every_button_can_be_pressed_words_are_words(parts: Parts, brain: FakeBrain) -> None:
    brain.script["菜单"] = menu("/track_order")
    await asks(parts, "菜单")
    assert (await types(parts, "按钮/track_order")).payload is None
