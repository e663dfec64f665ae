"""WeCom customer service, through a platform that tells little, lists in pages and knows service states."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.wechat_crypto import aes_key, encrypt, signature
from bot.channels.wecom_parse import parse_item, sender_of
from bot.conversation.hand_to_agent import close, return_to_bot, say
from bot.messages import Agent, Author, Delivery, Owner
from tests.fakes import bot_turn, utterance
from tests.platforms.connected import Connected, connected, until
from tests.platforms.wecom import BOT, ENDED, PERSON, POOL, WecomSimulator

LIN = Agent("lin", "小林", "agent", "zh")


def of(customer: str) -> str:
    return sender_of("wkSimulated", customer)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(WecomSimulator(), database_url, tmp_path) as one:
        yield one


async def answered(world: Connected, customer: str, count: int = 1) -> list[str]:
    await until(lambda: len(world.platform.customer(customer).texts()) >= count, 30)
    await world.settled(of(customer))
    texts: list[str] = world.platform.customer(customer).texts()
    return texts


async def test_a_question_is_answered(world: Connected) -> None:
    delivered = await world.platform.says("wm1", "你好")
    assert (delivered.answer, delivered.fault) == ("success", False)
    assert await answered(world, "wm1") == ["中文 utter_echo text=你好"]
    # Ours, so that the platform itself would refuse a second one.
    sent = [body for kind, body in world.platform.calls if kind == "send"]
    assert [body["msgid"] for body in sent] == [(await world.history(of("wm1")))[1].id]
    await until(lambda: world.platform.states.get("wm1") == BOT)


async def test_the_consoles_address_check(world: Connected) -> None:
    platform, now = world.platform, str(int(time.time()))
    echo = encrypt(aes_key(platform.key), b"1616140317555161061", platform.corp_id)
    query = {"timestamp": now, "nonce": "n", "echostr": echo}
    signed = signature(platform.token, now, "n", echo)
    right = await world.client.get("/channels/wecom", params={**query, "msg_signature": signed})
    assert (right.status, await right.text()) == (200, "1616140317555161061")
    other = encrypt(aes_key(platform.key), b"1", "wwanother")
    foreign = {"timestamp": now, "nonce": "n", "echostr": other}
    foreign["msg_signature"] = signature(platform.token, now, "n", other)
    for wrong in ({}, query, {**query, "msg_signature": "0" * 40}, foreign):
        assert (await world.client.get("/channels/wecom", params=wrong)).status == 403


async def test_strangers_are_refused(world: Connected) -> None:
    fields = {"Event": "kf_msg_or_event", "Token": "t", "OpenKfId": "wkSimulated"}
    query, body = world.platform.signed(fields)
    cases = [
        ({}, body),
        ({**query, "msg_signature": "0" * 40}, body),
        world.platform.signed(fields, timestamp=str(int(time.time()) - 600)),
        WecomSimulator(corp_id="wwanother").signed(fields),
        WecomSimulator(key="9" * 43).signed(fields),
        (query, b"<xml><Encrypt>AAAA</Encrypt></xml>"),
        (query, b"<xml></xml>"),
    ]
    answers = set()
    for given, sent in cases:
        response = await world.client.post("/channels/wecom", params=given, data=sent)
        assert response.status == 403
        answers.add(await response.text())
    assert len(answers) == 1
    broken = await world.client.post("/channels/wecom", params=query, data=b"<!DOCTYPE x []><xml/>")
    assert broken.status == 400


async def test_a_button_comes_back_as_the_button(world: Connected) -> None:
    world.brain.script["你好"] = bot_turn(utterances=(utterance("utter_more", {}, "/track_order"),))
    world.brain.script["/track_order"] = bot_turn("utter_where")
    await world.platform.says("wm1", "你好")
    await answered(world, "wm1")
    await world.platform.presses("wm1", "按钮/track_order")
    await answered(world, "wm1", 2)
    assert world.brain.asked[-1].payload == "/track_order"


async def test_pages_are_read_to_the_end_even_over_empty_ones(database_url: str, tmp_path: Path) -> None:
    platform = WecomSimulator(page=7, empty_pages=True)
    async with connected(platform, database_url, tmp_path) as world:
        for number in range(40):
            platform.keep(f"wm{number % 4}", {"msgtype": "text", "text": {"content": f"第{number}条"}})
        await platform.tell()
        await until(lambda: len(world.brain.asked) == 40, 60)
        for customer in range(4):
            said = [each.text for each in await world.settled(of(f"wm{customer}")) if each.author is Author.CUSTOMER]
            assert said == [f"第{number}条" for number in range(40) if number % 4 == customer]
        # The next time only what is new is read.
        before = len(platform.calls)
        await platform.says("wm1", "新的")
        await until(lambda: len(world.brain.asked) == 41, 30)
        cursors = [body["cursor"] for kind, body in platform.calls[before:] if kind == "sync"]
        assert cursors[0] == "c40"


async def test_a_page_read_twice_is_answered_once(world: Connected) -> None:
    """A crash came between the messages and the cursor: the place is the old one."""
    await world.platform.says("wm1", "你好")
    await answered(world, "wm1")
    from sqlalchemy import update

    from bot.stores.tables import platform_cursors
    from tests.databases import change

    await change(world.database, update(platform_cursors).values(cursor=""))
    await world.platform.says("wm1", "再见")
    assert await answered(world, "wm1", 2) == ["中文 utter_echo text=你好", "中文 utter_echo text=再见"]
    assert len(world.brain.asked) == 2


async def test_what_was_told_before_a_crash_is_read_after_it(database_url: str, tmp_path: Path) -> None:
    platform = WecomSimulator()
    async with connected(platform, database_url, tmp_path) as first:
        first.platforms.gateway.beside.clear()
        # Told and noted; the process ends before it has read.
        from bot.stores.callbacks import Cursors

        platform.keep("wm1", {"msgtype": "text", "text": {"content": "在吗"}})
        await Cursors(first.database).ask("wkSimulated", "")
    async with connected(platform, database_url, tmp_path) as second:
        platform._session = None
        assert await answered(second, "wm1") == ["中文 utter_echo text=在吗"]


async def test_a_permit_that_ran_out_is_done_without(world: Connected) -> None:
    world.platform.keep("wm1", {"msgtype": "text", "text": {"content": "在吗"}})
    sync_ask = world.platforms.gateway.ask_wecom
    assert sync_ask is not None
    await sync_ask("wkSimulated", "a permit of yesterday")
    assert await answered(world, "wm1") == ["中文 utter_echo text=在吗"]


async def test_what_is_days_old_at_the_first_reading_is_left_to_others(world: Connected) -> None:
    old = world.platform.keep("wm1", {"msgtype": "text", "text": {"content": "前天的"}})
    old["send_time"] = int(time.time()) - 2 * 86_400
    await world.platform.says("wm1", "现在的")
    assert await answered(world, "wm1") == ["中文 utter_echo text=现在的"]


async def test_who_enters_is_welcomed_at_no_cost(world: Connected) -> None:
    await world.platform.enters("wm1")
    assert await answered(world, "wm1") == ["中文 notice_welcome"]
    await world.platform.says("wm1", "你好")
    await answered(world, "wm1", 2)
    await world.platform.enters("wm1")
    await asyncio.sleep(0.3)
    assert len(world.platform.customer("wm1").texts()) == 2
    assert [each.key for each in await world.history(of("wm1")) if each.author is Author.SYSTEM] == ["notice_welcome"]


async def test_a_message_that_could_not_be_delivered_is_shown_as_failed(world: Connected) -> None:
    await world.platform.says("wm1", "你好")
    await answered(world, "wm1")
    reply = (await world.history(of("wm1")))[1]
    await world.platform.send_failed("wm2", reply.id)  # somebody else's
    await world.platform.send_failed("wm1", reply.id)

    async def failed() -> bool:
        return (await world.history(of("wm1")))[1].delivery is Delivery.FAILED

    await until(failed)


async def test_a_picture_is_kept(world: Connected) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 50
    await world.platform.shows("wm1", picture)
    await until(lambda: _first_attachment(world, "wm1"))
    attachment = (await world.history(of("wm1")))[0].attachment
    assert attachment is not None
    media = world.platforms.gateway.media

    async def kept() -> bool:
        return await media.read(attachment) == picture

    await until(kept)


async def _first_attachment(world: Connected, customer: str) -> bool:
    history = await world.history(of(customer))
    return bool(history and history[0].attachment)


# --- service states ----------------------------------------------------------------------------


async def test_at_our_desk_the_platform_sees_a_bot_until_the_end(world: Connected) -> None:
    """The API lets words through in the states new and bot only: agents at our desk need them."""
    await world.platform.says("wm1", "你好")
    await answered(world, "wm1")
    world.brain.script["人工"] = bot_turn(intent="request_human")
    await world.platform.says("wm1", "人工")
    await answered(world, "wm1", 2)
    assert (await world.conversation(of("wm1"))).owner is Owner.WAITING
    await world.agent(of("wm1"))
    conversation = await world.conversation(of("wm1"))
    await say(world.parts, conversation.id, LIN, "您好，我是小林", "c1")
    await world.settled(of("wm1"))
    assert world.platform.customer("wm1").texts()[-1] == "您好，我是小林"
    await until(lambda: world.platform.states.get("wm1") == BOT)
    await close(world.parts, conversation.id, LIN)
    await world.settled(of("wm1"))
    await until(lambda: world.platform.states["wm1"] == ENDED)
    # The customer writes again: a new episode with the bot.
    await world.platform.says("wm1", "还有个问题")
    await until(lambda: world.platform.customer("wm1").texts()[-1] == "中文 utter_echo text=还有个问题", 30)
    await until(lambda: world.platform.states["wm1"] == BOT)


async def test_a_state_somebody_else_changed_is_put_right(world: Connected) -> None:
    await world.platform.says("wm1", "你好")
    await answered(world, "wm1")
    world.platform.states["wm1"] = ENDED
    await world.agent(of("wm1"))
    await say(world.parts, (await world.conversation(of("wm1"))).id, LIN, "在的", "c1")
    last = (await world.settled(of("wm1")))[-1]
    # Only the customer can open it again: the words wait for that.
    assert (last.delivery, last.delivery_reason) == (Delivery.DELAYED, "window_closed")
    await world.platform.says("wm1", "还在吗")
    await until(lambda: world.platform.customer("wm1").texts()[-1] == "在的", 30)


async def test_agents_who_answer_in_wecom_are_its_people(database_url: str, tmp_path: Path) -> None:
    platform = WecomSimulator()
    async with connected(platform, database_url, tmp_path, KEFU_WECOM_SERVICERS="lin=LinXiao") as world:
        world.brain.script["人工"] = bot_turn(intent="request_human")
        await platform.says("wm1", "人工")
        await answered(world, "wm1")
        await until(lambda: platform.states.get("wm1") == POOL)
        await platform.servicer_takes("wm1", "LinXiao")

        async def owner() -> tuple[Owner, str | None]:
            conversation = await world.conversation(of("wm1"))
            return conversation.owner, conversation.agent

        await until(lambda: _is(owner, (Owner.AGENT, "lin")))
        await platform.servicer_says("wm1", "LinXiao", "您好，请讲")

        async def kept() -> bool:
            last = (await world.history(of("wm1")))[-1]
            return (last.author, last.text, last.delivery) == (Author.AGENT, "您好，请讲", Delivery.SENT)

        await until(kept)
        await platform.says("wm1", "我的订单丢了")

        async def arrived() -> bool:
            return (await world.history(of("wm1")))[-1].text == "我的订单丢了"

        await until(arrived)
        await world.settled(of("wm1"))
        assert [turn.text for turn in world.brain.asked] == ["人工"]  # the bot is silent
        assert platform.states["wm1"] == PERSON
        await platform.servicer_ends("wm1")
        await until(lambda: _is(owner, (Owner.CLOSED, None)))


async def _is(ask: Any, wanted: Any) -> bool:
    return bool(await ask() == wanted)


async def test_back_to_the_bot_works_at_our_desk(world: Connected) -> None:
    await world.platform.says("wm1", "你好")
    await answered(world, "wm1")
    await world.agent(of("wm1"))
    await return_to_bot(world.parts, (await world.conversation(of("wm1"))).id, LIN)
    await world.settled(of("wm1"))
    await world.platform.says("wm1", "谢谢")
    await until(lambda: world.platform.customer("wm1").texts()[-1] == "中文 utter_echo text=谢谢", 30)


@pytest.mark.parametrize(
    "item",
    [None, 5, {}, {"msgtype": "text"}, {"msgtype": "event", "event": None}, {"msgtype": ["text"], "origin": 3}],
)
def test_odd_entries_are_ignored(item: Any) -> None:
    assert type(parse_item(item)).__name__ == "Ignored"
