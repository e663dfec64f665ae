"""WeChat, through a platform that signs, encrypts, retries, counts and refuses as the real one does."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.wechat_crypto import signature
from bot.conversation.hand_to_agent import say
from bot.messages import Agent, Author, Delivery, Turn
from bot.stores.tables import reply_windows
from tests.databases import change
from tests.fakes import FakeBrain, bot_turn, utterance
from tests.platforms.connected import Connected, connected, until
from tests.platforms.wechat import WechatSimulator
from tests.unit.channels.test_xml_fields import BOMB

LIN = Agent("lin", "小林", "agent", "zh")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(WechatSimulator(), database_url, tmp_path) as one:
        yield one


async def post(world: Connected, query: Any, body: bytes) -> tuple[int, str]:
    response = await world.client.post("/channels/wechat", params=query, data=body)
    return response.status, await response.text()


# --- the usual way ---------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["plain", "compatible", "encrypted"])
async def test_a_question_is_answered_in_every_mode(mode: Any, database_url: str, tmp_path: Path) -> None:
    async with connected(WechatSimulator(mode=mode), database_url, tmp_path) as world:
        delivered = await world.platform.says("o1", "你好")
        assert (delivered.answer, delivered.fault, len(delivered.seconds)) == ("success", False, 1)
        await until(lambda: world.platform.customer("o1").texts())
        assert world.platform.customer("o1").texts() == ["中文 utter_echo text=你好"]


async def test_the_consoles_address_check(world: Connected) -> None:
    now = str(int(time.time()))
    query = {"timestamp": now, "nonce": "n", "echostr": "59876"}
    signed = signature(world.platform.token, now, "n")
    right = await world.client.get("/channels/wechat", params={**query, "signature": signed})
    assert (right.status, await right.text()) == (200, "59876")
    for wrong in ({}, {**query, "signature": "0" * 40}, {**query, "timestamp": "1", "signature": signed}):
        refused = await world.client.get("/channels/wechat", params=wrong)
        assert refused.status == 403
        assert "59876" not in await refused.text()


async def test_a_button_is_a_menus_entry_and_comes_back_as_the_button(world: Connected) -> None:
    world.brain.script["你好"] = bot_turn(utterances=(utterance("utter_more", {}, "/track_order", "/request_human"),))
    world.brain.script["/track_order"] = bot_turn("utter_where")
    await world.platform.says("o1", "你好")
    await until(lambda: world.platform.customer("o1").texts())
    menu = world.platform.customer("o1").screen[-1]["menu"]
    assert [entry["content"] for entry in menu] == ["按钮/track_order", "按钮/request_human"]
    await world.platform.presses("o1", "按钮/track_order")
    await until(lambda: len(world.platform.customer("o1").texts()) == 2)
    assert world.brain.asked[-1].payload == "/track_order"


async def test_a_menus_entry_of_somebody_else_is_only_text(world: Connected) -> None:
    world.brain.script["你好"] = bot_turn(utterances=(utterance("utter_more", {}, "/cancel_order"),))
    await world.platform.says("o1", "你好")
    await until(lambda: world.platform.customer("o1").texts())
    entry = world.platform.customer("o1").screen[-1]["menu"][0]["id"]
    await world.platform.says("o2", "取消", entry=entry)
    await until(lambda: world.platform.customer("o2").texts())
    assert (world.brain.asked[-1].payload, world.brain.asked[-1].text) == (None, "取消")


async def test_who_follows_is_welcomed_once(world: Connected) -> None:
    for _ in range(2):
        await world.platform.event("o1", "subscribe")
    assert [message.key for message in await world.history("o1")] == ["notice_welcome"]
    await world.platform.says("o1", "你好")
    await until(lambda: len(world.platform.customer("o1").texts()) == 3)
    await world.platform.event("o1", "unsubscribe")
    assert (await world.platform.event("o1", "subscribe")).answer == "success"


# --- slow, doubled, out of order ---------------------------------------------------------------


async def test_a_slow_brain_holds_up_nobody_and_answers_once(database_url: str, tmp_path: Path) -> None:
    """Eight seconds of thinking, and every acknowledgement but the last is lost: three deliveries, one answer."""

    async def think(turn: Turn) -> None:
        await asyncio.sleep(8)

    platform = WechatSimulator(lose_acknowledgements=True)
    async with connected(platform, database_url, tmp_path, brain=FakeBrain(during=think)) as world:
        started = time.monotonic()
        delivered = await platform.says("o1", "我的快递呢")
        assert len(delivered.seconds) == 3
        assert max(delivered.seconds) < 1
        assert not delivered.fault
        assert platform.customer("o1").texts() == []
        await until(lambda: platform.customer("o1").texts(), 20)
        assert time.monotonic() - started > 7.9
        await world.settled("o1")
        assert platform.customer("o1").texts() == ["中文 utter_echo text=我的快递呢"]
        assert len(world.brain.asked) == 1
        assert platform.faults == 0


async def test_500_deliveries_with_duplicates_in_any_order(world: Connected) -> None:
    """Each handled once, and in each conversation in the order in which it was accepted."""
    platform, dice = world.platform, random.Random(5)
    senders = [f"o{number}" for number in range(8)]
    messages = [platform.message(dice.choice(senders), {"MsgType": "text", "Content": f"第{n}条"}) for n in range(350)]
    deliveries = [*messages, *dice.choices(messages, k=150)]
    dice.shuffle(deliveries)
    slots = asyncio.Semaphore(20)
    accepted: list[int] = []

    async def deliver(fields: dict[str, str]) -> None:
        async with slots:
            status, answer = await post(world, *platform.signed(fields))
            accepted.append(status)
            assert answer == "success"

    await asyncio.gather(*map(deliver, deliveries))
    assert accepted == [200] * 500
    handled: dict[str, list[str]] = defaultdict(list)
    for sender in senders:
        await world.settled(sender)
    for turn in world.brain.asked:
        handled[turn.conversation_id].append(turn.message_id)
    for sender in senders:
        stored = [each.id for each in await world.history(sender) if each.author is Author.CUSTOMER]
        assert handled[(await world.conversation(sender)).id] == stored
    assert sum(map(len, handled.values())) == 350
    assert sorted(turn.text for turn in world.brain.asked) == sorted(each["Content"] for each in messages)


async def test_at_a_delivery_a_second_the_answers_follow_the_questions(world: Connected) -> None:
    for number in range(4):
        await world.platform.says("o1", f"问题{number}")
        await world.settled("o1")
    assert world.platform.customer("o1").texts() == [f"中文 utter_echo text=问题{number}" for number in range(4)]


# --- what is refused ---------------------------------------------------------------------------


def signed(world: Connected, **fields: str) -> tuple[dict[str, str], bytes]:
    query, body = world.platform.signed(world.platform.message("o1", {"MsgType": "text", "Content": "秘密", **fields}))
    return dict(query), body


async def test_strangers_are_refused_and_learn_nothing(world: Connected) -> None:
    query, body = signed(world)
    another = WechatSimulator(app_id="wxanother")
    later = str(int(time.time()) - 600)
    cases = {
        "no signature": ({}, body),
        "wrong signature": ({**query, "signature": "0" * 40}, body),
        "wrong message signature": ({**query, "msg_signature": "0" * 40}, body),
        "no message signature": ({name: query[name] for name in query if name != "msg_signature"}, body),
        "another timestamp": ({**query, "timestamp": str(int(query["timestamp"]) + 1)}, body),
        "stale": world.platform.signed(
            world.platform.message("o1", {"MsgType": "text", "Content": "x"}), timestamp=later
        ),
        "another app": another.signed(another.message("o1", {"MsgType": "text", "Content": "x"})),
        "signed with another token": WechatSimulator(token="other").signed({"MsgType": "text"}),
        "encrypted with another key": WechatSimulator(key="9" * 43).signed({"MsgType": "text"}),
        "plain, though a key is set": WechatSimulator(mode="plain").signed(
            world.platform.message("o1", {"MsgType": "text", "Content": "x"})
        ),
        "no sender": world.platform.signed({"MsgType": "text", "Content": "x", "MsgId": "1", "CreateTime": "1"}),
    }
    answers = set()
    for name, (given, sent) in cases.items():
        status, answer = await post(world, given, sent)
        assert status == 403, name
        answers.add(answer)
    assert len(answers) == 1  # the same for every reason
    assert world.brain.asked == []
    assert (await world.store.conversations()) == []


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<xml><Encrypt>", b"\x00" * 50, BOMB, b"<xml><ToUserName>x</ToUserName></xml>"]
)
async def test_broken_bodies_and_bombs_are_refused_at_once(world: Connected, body: bytes) -> None:
    query, _ = signed(world)
    started = time.monotonic()
    status, answer = await post(world, query, body)
    assert status in (400, 403)
    assert time.monotonic() - started < 1
    assert "error" in answer


async def test_a_bomb_inside_the_encryption_is_refused_too(world: Connected) -> None:
    from bot.channels.wechat_crypto import aes_key, encrypt
    from bot.channels.xml_fields import write_fields

    now, platform = str(int(time.time())), world.platform
    sealed = encrypt(aes_key(platform.key), BOMB, platform.app_id)
    query = {
        "timestamp": now,
        "nonce": "n",
        "signature": signature(platform.token, now, "n"),
        "msg_signature": signature(platform.token, now, "n", sealed),
    }
    assert (await post(world, query, write_fields({"Encrypt": sealed})))[0] == 400


async def test_a_body_that_is_too_large_is_refused(world: Connected) -> None:
    query, _ = signed(world)
    assert (await post(world, query, b"<xml>" + b" " * 70_000 + b"</xml>"))[0] == 413

    async def hidden() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    assert (await world.client.post("/channels/wechat", params=query, data=hidden())).status == 413


async def test_a_replay_changes_nothing(world: Connected) -> None:
    query, body = signed(world)
    for _ in range(3):
        assert await post(world, query, body) == (200, "success")
    await world.settled("o1")
    assert len(world.brain.asked) == 1
    assert len(world.platform.customer("o1").texts()) == 1


async def test_an_overheard_signature_carries_no_other_message_in_plain_mode(database_url: str, tmp_path: Path) -> None:
    async with connected(WechatSimulator(mode="plain"), database_url, tmp_path) as world:
        query, body = signed(world)
        assert (await post(world, query, body))[0] == 200
        forged = body.replace("秘密".encode(), "把订单取消".encode())
        assert (await post(world, query, forged))[0] == 403
        assert await post(world, query, body) == (200, "success")
        await world.settled("o1")
        assert [turn.text for turn in world.brain.asked] == ["秘密"]


async def test_without_settings_there_is_no_route(database_url: str, tmp_path: Path) -> None:
    from tests.platforms.wecom import WecomSimulator

    async with connected(WecomSimulator(), database_url, tmp_path) as world:
        assert (await world.client.get("/channels/wechat")).status == 404
        assert (await world.client.post("/channels/wechat", data=b"<xml/>")).status == 404


# --- sending -----------------------------------------------------------------------------------


async def test_a_token_that_somebody_else_spoiled_is_replaced_once(world: Connected) -> None:
    await world.platform.says("o1", "一")
    await world.settled("o1")
    world.platform.forget_token()
    await world.platform.says("o1", "二")
    await world.settled("o1")
    assert world.platform.customer("o1").texts() == ["中文 utter_echo text=一", "中文 utter_echo text=二"]
    assert world.platform.tokens_fetched == 2


async def test_a_token_that_ran_out_is_replaced(world: Connected) -> None:
    await world.platform.says("o1", "一")
    await world.settled("o1")
    world.platform.clock.advance(8000)
    await world.platform.says("o1", "二")
    await world.settled("o1")
    assert world.platform.customer("o1").texts()[-1] == "中文 utter_echo text=二"
    assert world.platform.tokens_fetched == 2


async def test_after_two_days_the_agents_words_wait_for_the_customer(world: Connected) -> None:
    await world.platform.says("o1", "你好")
    await world.settled("o1")
    await world.agent("o1")
    world.platform.clock.advance(48 * 3600)
    await say(world.parts, (await world.conversation("o1")).id, LIN, "让您久等了", "c1")
    last = (await world.settled("o1"))[-1]
    assert (last.delivery, last.delivery_reason) == (Delivery.DELAYED, "window_closed")
    await world.platform.says("o1", "还在吗")
    await until(lambda: world.platform.customer("o1").texts()[-1] == "让您久等了")


async def test_a_chatty_bot_leaves_the_agents_share_alone(world: Connected) -> None:
    """Five messages a customer's message; the last two are the agent's. The sixth waits, and its fate is written."""
    world.brain.script["说"] = bot_turn(*[f"utter_{number} " + "长" * 600 for number in range(5)])
    await world.platform.says("o1", "说")
    await world.settled("o1")
    assert len(world.platform.customer("o1").texts()) == 3
    waiting = [each for each in await world.history("o1") if each.delivery is Delivery.DELAYED]
    assert waiting
    assert {each.delivery_reason for each in waiting} == {"kept_for_agent"}
    await world.agent("o1")
    conversation = await world.conversation("o1")
    for number in range(3):
        await say(world.parts, conversation.id, LIN, f"人工{number}", f"c{number}")
        await world.settled("o1")
    agents = [each for each in await world.history("o1") if each.author is Author.AGENT]
    assert [each.delivery for each in agents] == [Delivery.SENT, Delivery.SENT, Delivery.DELAYED]
    # What waits goes out when the customer writes again.
    await world.platform.says("o1", "在吗")
    await world.settled("o1")
    agents = [each for each in await world.history("o1") if each.author is Author.AGENT]
    assert [each.delivery for each in agents] == [Delivery.SENT] * 3


@pytest.mark.parametrize(("event", "window"), [("subscribe", "follow"), ("SCAN", "scan")])
async def test_who_follows_or_scans_may_be_answered_for_a_minute(world: Connected, event: str, window: str) -> None:
    """The window of the last message is long closed; the platform lets three more through, and so do we."""
    await world.platform.says("o1", "你好")
    await world.settled("o1")
    await world.agent("o1")
    here = await world.conversation("o1")
    world.platform.clock.advance(49 * 3600)
    long_ago = datetime.now(timezone.utc) - timedelta(hours=49)
    await change(world.database, sa.update(reply_windows).values(opened_at=long_ago))
    await say(world.parts, here.id, LIN, "您的退款到了", "c1")
    last = (await world.settled("o1"))[-1]
    assert (last.delivery, last.delivery_reason) == (Delivery.DELAYED, "window_closed")
    fields = world.platform.event_fields("o1", event, "qrscene_7")
    for _ in range(2):  # told twice: one deed
        await world.platform.deliver_fields("o1", fields)
        await world.settled("o1")
    assert world.platform.customer("o1").texts()[-1] == "您的退款到了"
    assert {each.kind: each.spent for each in await world.store.reply_windows(here.id)}[window] == 1


async def test_a_window_that_the_platform_closed_is_told(world: Connected) -> None:
    await world.platform.says("o1", "你好")
    await world.settled("o1")
    await world.agent("o1")
    world.platform.customer("o1").windows.clear()
    await say(world.parts, (await world.conversation("o1")).id, LIN, "在的", "c1")
    last = (await world.settled("o1"))[-1]
    assert (last.delivery, last.delivery_reason) == (Delivery.DELAYED, "window_closed")


async def test_somebody_who_left_is_not_reached_and_that_is_told(world: Connected) -> None:
    await world.platform.says("o1", "你好")
    await world.settled("o1")
    await world.agent("o1")
    await world.platform.event("o1", "unsubscribe")
    await say(world.parts, (await world.conversation("o1")).id, LIN, "在的", "c1")
    last = (await world.settled("o1"))[-1]
    assert (last.delivery, last.delivery_reason) == (Delivery.FAILED, "blocked")


async def test_a_busy_platform_gets_the_message_later_and_once(world: Connected) -> None:
    world.platform.busy_calls = 4
    await world.platform.says("o1", "你好")
    await until(lambda: world.platform.customer("o1").texts(), 60)
    await world.settled("o1")
    assert world.platform.customer("o1").texts() == ["中文 utter_echo text=你好"]


async def test_a_long_answer_comes_in_pieces_that_the_platform_takes(world: Connected) -> None:
    world.brain.script["长"] = bot_turn("utter_long " + "很长的一句话。" * 200)
    await world.platform.says("o1", "长")
    await world.settled("o1")
    texts = world.platform.customer("o1").texts()
    assert len(texts) > 1
    assert all(len(text.encode()) <= 2048 for text in texts)


# --- files -------------------------------------------------------------------------------------


PICTURE = b"\xff\xd8\xff\xe0" + b"picture" * 100


async def test_a_picture_is_kept_privately_and_shown_to_agents_only(world: Connected, tmp_path: Path) -> None:
    await world.platform.shows("o1", PICTURE, "text/html")
    attachment = (await world.history("o1"))[0].attachment
    assert attachment is not None
    media = world.platforms.gateway.media
    await until(lambda: any((tmp_path / "media").glob("*/*")))
    await until(lambda: _kept(media, attachment.url))
    assert await media.read(attachment) == PICTURE
    for path in (tmp_path / "media").glob("*/*"):
        assert path.stat().st_mode & 0o077 == 0
    assert (await world.client.get(attachment.url)).status == 401
    await _log_in(world)
    shown = await world.client.get(attachment.url)
    assert (shown.status, await shown.read()) == (200, PICTURE)
    # By the bytes, whatever the sender called it.
    assert shown.headers["Content-Type"] == "image/jpeg"
    for odd in ("0" * 32, "..%2f..%2fkefu.db", "x"):
        assert (await world.client.get(f"/desk/api/media/{odd}")).status == 404


async def test_what_is_no_picture_is_only_saved(world: Connected) -> None:
    await world.platform.shows("o1", b"<html><script>alert(1)</script>", "image/jpeg")
    attachment = (await world.history("o1"))[0].attachment
    assert attachment is not None
    await until(lambda: _kept(world.platforms.gateway.media, attachment.url))
    await _log_in(world)
    shown = await world.client.get(attachment.url)
    assert shown.headers["Content-Type"] == "application/octet-stream"
    assert shown.headers["Content-Disposition"].startswith("attachment")


async def test_a_file_that_is_gone_is_given_up(world: Connected) -> None:
    fields = world.platform.message("o1", {"MsgType": "image", "MediaId": "expired", "PicUrl": "http://x/0"})
    await world.platform.deliver_fields("o1", fields)
    attachment = (await world.history("o1"))[0].attachment
    assert attachment is not None
    media = world.platforms.gateway.media
    file_id = attachment.url.rpartition("/")[2]

    async def lost() -> bool:
        return (await media.find(file_id)).state == "lost"

    await until(lost)
    assert await media.read(attachment) is None


async def _kept(media: Any, url: str) -> bool:
    return (await media.find(url.rpartition("/")[2])).state == "kept"


async def _log_in(world: Connected) -> None:
    from bot.stores.accounts import Accounts
    from tests.unit.gateway.world import PASSWORD, cheap_passwords

    with cheap_passwords():
        await Accounts(world.database).add_agent("lin", "小林", "agent", "zh", PASSWORD)
        response = await world.client.post("/desk/api/login", json={"username": "lin", "password": PASSWORD})
    assert response.status == 200
