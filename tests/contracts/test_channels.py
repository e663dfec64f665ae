"""What every channel promises: verify, parse, send, refuse, send again. To add one, write its ``Phone``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.conversation.hand_to_agent import claim, say
from bot.gateway.messenger import LARGEST_BATCH
from bot.http.bodies import MAX_BODY
from bot.messages import Author, Delivery
from tests.contracts.channel_phones import Phone, at_rest, history, phone_on, reads
from tests.databases import copy_of
from tests.fakes import bot_turn, utterance
from tests.platforms.picture import PICTURE
from tests.unit.conversation.talk import ANNA
from tests.unit.gateway.world import eventually

CHANNELS = ["web", "wechat", "wecom", "messenger"]
PLATFORMS = CHANNELS[1:]
ODD_TEXT = "您好 <b>&amp;</b> ]]> \U0001f468\u200d\U0001f469\u200d\U0001f467 \"'\\ %s {x}\nبسم الله"


@pytest.fixture
async def phone(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> AsyncIterator[Phone]:
    async with phone_on(request.param, copy_of(template, tmp_path), tmp_path) as one:
        yield one


everywhere = pytest.mark.parametrize("phone", CHANNELS, indirect=True)
on_platforms = pytest.mark.parametrize("phone", PLATFORMS, indirect=True)


async def answered(phone: Phone, text: str, customers: int = 1, **how: bool) -> list[str]:
    """Write, wait until everything is done, read."""
    await phone.writes(text, **how)
    await eventually(at_rest(phone, customers), 20)
    return await reads(phone)


# --- verify ----------------------------------------------------------------------------------
@everywhere
@pytest.mark.parametrize("body", [b"", b"{}", b"<xml/>", b"{" * 2000, b"\xff\x00", b'{"text": "hi"}'])
async def test_strangers_are_refused(phone: Phone, body: bytes) -> None:
    assert await phone.knocks(body) in (400, 401, 403)
    assert phone.brain.asked == []


@everywhere
async def test_what_is_too_large_is_refused(phone: Phone) -> None:
    largest = LARGEST_BATCH if phone.name == "messenger" else MAX_BODY
    assert await phone.knocks(b" " * (largest + 1)) == 413


# --- parse -----------------------------------------------------------------------------------
@everywhere
async def test_words_arrive_as_they_were_written(phone: Phone) -> None:
    await answered(phone, ODD_TEXT)
    (message,) = [each for each in await history(phone) if each.author is Author.CUSTOMER]
    assert message.text == ODD_TEXT
    assert [turn.text for turn in phone.brain.asked] == [ODD_TEXT]


@everywhere
async def test_a_button_comes_back_as_itself(phone: Phone) -> None:
    phone.brain.script["菜单"] = bot_turn("x", utterances=(utterance("utter_menu", {}, "/track_order", "/greet"),))
    await answered(phone, "菜单")
    await phone.presses("按钮/track_order")
    await eventually(at_rest(phone, 2), 20)
    assert [turn.payload for turn in phone.brain.asked] == [None, "/track_order"]
    assert (await history(phone))[2].text == "按钮/track_order"


@on_platforms
async def test_every_message_opens_the_window(phone: Phone) -> None:
    await answered(phone, "你好")
    conversation = (await history(phone))[0].conversation_id
    (before,) = await phone.parts.store.reply_windows(conversation)
    assert (before.kind, before.spent > 0) == ("message", True)
    assert phone.parts.channel_rules[phone.name].window("message") is not None


# --- send ------------------------------------------------------------------------------------
@everywhere
async def test_answers_come_in_order_and_are_noted_as_sent(phone: Phone) -> None:
    phone.brain.script["你好"] = bot_turn("utter_one", "utter_two", "utter_three")
    read = "\n".join(await answered(phone, "你好"))
    assert read.index("utter_one") < read.index("utter_two") < read.index("utter_three")
    assert {each.delivery for each in await history(phone) if each.author is Author.BOT} == {Delivery.SENT}


@everywhere
async def test_a_long_answer_loses_nothing(phone: Phone) -> None:
    long = "长" * 1500
    read = "".join(await answered(phone, long))
    assert read.count("长") == 1500


@everywhere
async def test_an_agents_words_arrive(phone: Phone) -> None:
    await answered(phone, "你好")
    conversation = (await history(phone))[0].conversation_id
    await claim(phone.parts, conversation, ANNA)
    await say(phone.parts, conversation, ANNA, "我是安娜", "c1")
    await eventually(at_rest(phone, 1), 20)
    assert (await reads(phone))[-1] == "我是安娜"


@on_platforms
@pytest.mark.parametrize("words", ["", "请看这里"])
async def test_an_agents_picture_arrives(phone: Phone, words: str) -> None:
    """It counts as a message of its own: after the words, where there are any."""
    await answered(phone, "你好")
    conversation = (await history(phone))[0].conversation_id
    await claim(phone.parts, conversation, ANNA)
    await eventually(at_rest(phone, 1), 20)
    before, spent = len(await phone.screen()), await _spent(phone, conversation)
    await say(phone.parts, conversation, ANNA, words, "c1", await phone.kept_file("鞋.jpg", PICTURE))
    await eventually(at_rest(phone, 1), 20)
    assert (await history(phone))[-1].delivery is Delivery.SENT
    shown = (await phone.screen())[before:]
    assert [bubble.text for bubble in shown if bubble.text] == [words] * bool(words)
    assert shown[-1].file == PICTURE
    assert await _spent(phone, conversation) - spent == len(shown)


async def _spent(phone: Phone, conversation: str) -> int:
    return sum(window.spent for window in await phone.parts.store.reply_windows(conversation))


# --- send again ------------------------------------------------------------------------------
@everywhere
async def test_a_message_that_is_delivered_twice_is_answered_once(phone: Phone) -> None:
    read = await answered(phone, "你好", twice=True)
    read = await answered(phone, "再见", 2)
    assert len(phone.brain.asked) == 2
    assert len(read) == 2


@everywhere
async def test_after_a_crash_nothing_is_said_twice(phone: Phone) -> None:
    """What was being sent is sent again only where the receiver knows our id; elsewhere its fate is unknown."""
    before = await answered(phone, "你好")
    (reply,) = [each for each in await history(phone) if each.author is Author.BOT]
    await phone.parts.store.mark_delivery([reply.id], Delivery.SENDING)
    await phone.queue.ring(reply.conversation_id)
    await eventually(at_rest(phone, 1), 20)
    assert await reads(phone) == before
    resendable = phone.parts.channels[phone.name].resendable
    fate = (await history(phone))[-1].delivery
    assert fate is (Delivery.SENT if resendable else Delivery.PERHAPS)


# --- refuse ----------------------------------------------------------------------------------
@on_platforms
async def test_what_the_platform_refuses_waits_and_says_why(phone: Phone) -> None:
    async def close(_: object) -> None:
        phone.close_window()
        phone.brain.during = None

    phone.brain.during = close
    assert await answered(phone, "你好") == []
    reply = (await history(phone))[-1]
    assert (reply.delivery, reply.delivery_reason) == (Delivery.DELAYED, "window_closed")
    read = "\n".join(await answered(phone, "还在吗", 2))
    assert read.index("你好") < read.index("还在吗")
    assert (await history(phone))[1].delivery is Delivery.SENT


@on_platforms
async def test_a_chatty_bot_leaves_the_agents_share(phone: Phone) -> None:
    """Long bubbles, so that nothing merges: whatever the channel's quota, an agent who claims can still write."""
    phone.brain.script["你好"] = bot_turn("x", utterances=tuple(utterance("u", {"n": "长" * 600}) for _ in range(8)))
    await answered(phone, "你好")
    conversation = (await history(phone))[0].conversation_id
    await claim(phone.parts, conversation, ANNA)
    await say(phone.parts, conversation, ANNA, "我来处理", "c1")
    await eventually(at_rest(phone, 1), 20)
    assert (await reads(phone))[-1] == "我来处理"
    waiting = [each for each in await history(phone) if each.delivery is Delivery.DELAYED]
    quota = phone.parts.channel_rules[phone.name].windows[0].messages
    assert bool(waiting) is (quota is not None)
    assert all(each.delivery_reason == "kept_for_agent" for each in waiting)
