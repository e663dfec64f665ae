"""Messenger, whole: a customer's phone at one end, the core at the other, the platform's rules in between."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.hand_to_agent import claim, say
from bot.gateway.messenger import ELSEWHERE, LARGEST_BATCH
from bot.messages import Card, Delivery, Owner, Utterance
from tests.databases import copy_of
from tests.fakes import bot_turn, utterance
from tests.platforms.messenger import INBOX_APP, OUR_APP
from tests.platforms.messenger_world import SENDER, MessengerWorld, connected
from tests.platforms.picture import PICTURE
from tests.unit.conversation.talk import ANNA
from tests.unit.gateway.world import error_of, eventually

HUMAN = bot_turn("utter_ok", intent="request_human")


@pytest.fixture
def database_url(template: Path, tmp_path: Path) -> str:
    return copy_of(template, tmp_path)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[MessengerWorld]:
    async with connected(database_url, tmp_path) as world:
        yield world


def card_turn(kind: str, data: dict[str, Any]) -> Any:
    said = Utterance("utter_x", {}, {"zh": "请看", "en": "Here"}, card=Card(kind, data))
    return bot_turn("utter_x", utterances=(said,))


# --- talking ---------------------------------------------------------------------------------
async def test_a_customer_asks_and_is_answered(world: MessengerWorld) -> None:
    await world.says("你好")
    phone = world.platform.person()
    assert phone.texts() == ["中文 utter_echo text=你好"]
    assert await world.fates() == [(Delivery.SENT, None)]
    assert world.platform.calls[-1]["messaging_type"] == "RESPONSE"

    async def noticed() -> bool:
        return phone.seen

    await eventually(noticed)


async def test_a_button_is_pressed(world: MessengerWorld) -> None:
    world.brain.script["你好"] = bot_turn("x", utterances=(utterance("utter_menu", {}, "/track_order"),))
    await world.says("你好")
    assert await world.platform.deliver(world.platform.press(SENDER, "按钮/track_order")) == 200
    await world.quiet()
    assert world.brain.asked[-1].payload == "/track_order"
    assert [each.text for each in await world.history() if each.author.value == "customer"] == [
        "你好",
        "按钮/track_order",
    ]


async def test_buttons_above_the_last_message_are_not_lost(world: MessengerWorld) -> None:
    """A phone shows the quick replies of the last message only."""
    both = (utterance("utter_menu", {}, "/track_order"), utterance("utter_offer", {}, "/request_human"))
    world.brain.script["你好"] = bot_turn("x", utterances=both)
    await world.says("你好")
    assert [each["title"] for each in world.platform.person().offers()] == ["按钮/track_order", "按钮/request_human"]
    await world.platform.deliver(world.platform.press(SENDER, "按钮/track_order"))
    await world.quiet()
    assert world.brain.asked[-1].payload == "/track_order"


async def test_a_menu_item_says_its_words(world: MessengerWorld) -> None:
    await world.platform.deliver(world.platform.postback(SENDER, "开始", "text:你好"))
    await world.platform.deliver(world.platform.postback(SENDER, "查订单", "UNKNOWN"))
    await world.quiet()
    assert [turn.text for turn in world.brain.asked] == ["你好", "查订单"]


async def test_a_card_is_a_template(world: MessengerWorld) -> None:
    order = {"order_number": "SO1", "lines": [{"zh": ["SO1", "运输中"]}, {"zh": ["¥9"]}]}
    world.brain.script["订单"] = card_turn("order", order)
    world.brain.script["退货"] = card_turn(
        "article", {"title": {"zh": "退货", "en": "Returns"}, "link": "/help/returns"}
    )
    await world.says("订单")
    await world.says("退货")
    cards = [each["cards"][0] for each in world.platform.person().screen if "cards" in each]
    assert cards[0] == {"title": "SO1 · 运输中", "subtitle": "¥9"}
    assert cards[1]["buttons"] == [
        {"type": "web_url", "url": "https://kefu.example/help/returns?language=zh", "title": "查看全文"}
    ]


async def test_a_long_answer_comes_in_pieces(world: MessengerWorld) -> None:
    await world.says("很长。" * 1200)
    texts = world.platform.person().texts()
    assert len(texts) == 2
    assert all(len(text) <= 2000 for text in texts)


async def test_files_and_places_are_kept(world: MessengerWorld) -> None:
    place = {"type": "location", "payload": {"coordinates": {"lat": 31.2, "long": 121.5}}}
    await world.platform.deliver(world.platform.file(SENDER))
    await world.platform.deliver(world.platform.text(SENDER, "", attachments=[place]))
    await world.quiet()
    customers = [each for each in await world.history() if each.author.value == "customer"]
    attachment = customers[0].attachment
    assert attachment is not None
    assert attachment.url.startswith("/desk/api/media/")

    async def fetched() -> bool:
        return await world.media.read(attachment) == PICTURE

    await eventually(fetched)
    assert customers[1].text == "📍 31.2,121.5"


# --- delivered as platforms deliver --------------------------------------------------------------
async def test_a_batch_is_read_to_its_end(world: MessengerWorld) -> None:
    platform = world.platform
    events = [platform.text(f"70000000000000{number:02d}", f"第{number}位") for number in range(10, 15)]
    echo = {**events[0], "sender": {"id": platform.page_id}, "message": {"mid": "m_e", "is_echo": True, "text": "我们"}}
    assert await platform.deliver(events[0], echo, {"sender": {"id": "9"}, "odd": 1}, *events[1:]) == 200
    for number in range(10, 15):
        await world.quiet(f"70000000000000{number:02d}")
        assert platform.person(f"70000000000000{number:02d}").texts() == [f"中文 utter_echo text=第{number}位"]
    assert len(world.brain.asked) == 5


async def test_a_batch_may_be_larger_than_a_message(world: MessengerWorld) -> None:
    """After an outage Messenger sends up to a thousand events at once: far over what other routes take."""
    platform = world.platform
    events = [platform.text(SENDER, f"{number} " + "很长的一句话。" * 200) for number in range(50)]
    assert len(platform.batch(events)) > 300_000
    assert await platform.deliver(*events) == 200
    await world.quiet()
    assert len(world.brain.asked) == 50


async def test_deliveries_that_come_again_are_answered_once_and_in_order(world: MessengerWorld) -> None:
    platform = world.platform
    platform.duplicate_share, platform.lose_acknowledgements = 0.3, True
    people = [f"71000000000000{number:02d}" for number in range(10)]
    written = {person: [platform.text(person, f"{person} {line}") for line in range(6)] for person in people}
    dice = random.Random(5)

    async def writes(person: str) -> None:
        for event in written[person]:
            await asyncio.sleep(dice.random() / 100)
            assert await platform.deliver(event) == 200

    await asyncio.gather(*(writes(person) for person in people))
    for person in people:
        await world.quiet(person)
        assert platform.person(person).texts() == [f"中文 utter_echo text={person} {line}" for line in range(6)]
    assert len(world.brain.asked) == 60


async def test_a_slow_brain_keeps_nobody_from_being_acknowledged(world: MessengerWorld) -> None:
    async def think(_: Any) -> None:
        await asyncio.sleep(1)

    world.brain.during = think
    started = asyncio.get_running_loop().time()
    assert await world.platform.deliver(world.platform.text(SENDER, "你好")) == 200
    assert asyncio.get_running_loop().time() - started < 0.8
    await world.quiet()
    assert len(world.platform.person().texts()) == 1


# --- the window ------------------------------------------------------------------------------
async def test_after_a_day_only_the_agent_gets_through_under_the_tag(world: MessengerWorld) -> None:
    world.brain.script["转人工"] = HUMAN
    platform = world.platform
    platform.moved = -30 * 3600.0  # the customer wrote thirty hours ago
    await world.says("转人工")
    platform.moved = 0.0
    here = await world.conversation()
    assert set(await world.fates()) == {(Delivery.DELAYED, "window_closed")}
    await claim(world.parts, here.id, ANNA)
    await say(world.parts, here.id, ANNA, "您好，我是安娜", "c1")
    await world.queue.ring(here.id)
    await world.quiet()
    assert platform.person().texts() == ["您好，我是安娜"]
    assert [(call.get("messaging_type"), call.get("tag")) for call in platform.calls if "message" in call] == [
        ("MESSAGE_TAG", "HUMAN_AGENT")
    ]
    # The customer writes again: what waited comes first, untagged.
    await world.says("在")
    assert "notice_handed_over" in " ".join(platform.person().texts()[1:])
    assert all("tag" not in call for call in platform.calls[-2:])


@pytest.mark.parametrize(
    ("hours", "fate", "tag"),
    [(25, (Delivery.SENT, None), "HUMAN_AGENT"), (24 * 8, (Delivery.DELAYED, "window_closed"), None)],
)
async def test_a_window_that_only_the_platform_knows_to_be_closed(
    world: MessengerWorld, hours: int, fate: object, tag: str | None
) -> None:
    world.platform.moved = -1.0
    await world.says("你好")
    here = await world.conversation()
    await claim(world.parts, here.id, ANNA)
    await world.queue.ring(here.id)
    await world.quiet()
    await say(world.parts, here.id, ANNA, "还在吗", "c1")
    world.platform.moved = hours * 3600.0
    await world.queue.ring(here.id)
    await world.quiet()
    assert (await world.fates())[-1] == fate
    shown = world.platform.person().texts()
    assert ("还在吗" in shown) is (tag is not None)
    assert tag is None or world.platform.calls[-1]["tag"] == tag


# --- refusals of the platform -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("trouble", "fate"),
    [
        ("blocked", (Delivery.FAILED, "blocked")),
        ("token", (Delivery.FAILED, "permission")),
        ("elsewhere", (Delivery.FAILED, "elsewhere")),
        ("broken", (Delivery.PERHAPS, "interrupted")),
    ],
)
async def test_what_the_platform_refuses_is_shown(world: MessengerWorld, trouble: str, fate: object) -> None:
    async def just_before_the_answer(_: object) -> None:
        await asyncio.sleep(0.1)  # the marks for seen and typing are through
        match trouble:
            case "blocked":
                world.platform.person().blocked = True
            case "token":
                world.platform.page_token = "another"
            case "elsewhere":
                world.platform.person().app = INBOX_APP
            case "broken":
                world.platform.broken_calls = 1

    world.brain.during = just_before_the_answer
    await world.says("你好")
    assert await world.fates() == [fate]
    assert world.platform.person().texts() == []


async def test_a_rate_limit_is_waited_for(world: MessengerWorld) -> None:
    async def just_before_the_answer(_: object) -> None:
        await asyncio.sleep(0.1)
        world.platform.busy_calls = 1

    world.brain.during = just_before_the_answer
    await world.says("你好")
    assert world.platform.person().texts() == ["中文 utter_echo text=你好"]
    assert await world.fates() == [(Delivery.SENT, None)]


# --- the hand-over protocol --------------------------------------------------------------------
async def test_the_inbox_takes_over_and_gives_back(world: MessengerWorld) -> None:
    platform = world.platform
    await world.says("你好")
    await platform.deliver(platform.control(SENDER, to_inbox=True))
    here = await world.conversation()
    assert (here.owner, here.agent) == (Owner.AGENT, ELSEWHERE)
    await world.says("我要投诉")  # standby: kept for the record, answered by nobody here
    assert len(world.brain.asked) == 1
    assert len(platform.person().texts()) == 1
    await platform.deliver(platform.control(SENDER, to_inbox=False))
    assert (await world.conversation()).owner is Owner.BOT
    await world.says("谢谢")
    assert platform.person().texts()[-1] == "中文 utter_echo text=谢谢"
    assert world.brain.asked[-1].fresh


async def test_an_agent_of_ours_takes_the_conversation_back(world: MessengerWorld) -> None:
    await world.says("你好")
    here = await world.conversation()
    await claim(world.parts, here.id, ANNA)
    await world.queue.ring(here.id)
    await world.quiet()
    world.platform.person().app = INBOX_APP
    await say(world.parts, here.id, ANNA, "我来", "c1")
    await world.queue.ring(here.id)
    await world.quiet()
    assert world.platform.person().texts()[-1] == "我来"
    assert world.platform.person().app == OUR_APP


async def test_a_hand_over_may_go_to_the_inbox(database_url: str, tmp_path: Path) -> None:
    async with connected(database_url, tmp_path, inbox_app=INBOX_APP) as world:
        world.brain.script["转人工"] = HUMAN
        await world.says("转人工")
        assert world.platform.person().app == INBOX_APP
        assert "notice_handed_over" in world.platform.person().texts()[-1]
        await world.says("还在吗")
        assert (await world.conversation()).agent == ELSEWHERE


# --- refusals of ours ------------------------------------------------------------------------
async def test_the_address_is_shown_to_who_knows_the_word(world: MessengerWorld) -> None:
    path = "/channels/messenger"
    right = {"hub.mode": "subscribe", "hub.verify_token": world.platform.verify_token, "hub.challenge": "1158201444"}
    answer = await world.client.get(path, params=right)
    assert (answer.status, await answer.text(), answer.content_type) == (200, "1158201444", "text/plain")
    for wrong in (
        {"hub.verify_token": "guessed"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>"},
        {"hub.verify_token": "\ud800"},
    ):
        refused = await world.client.get(path, params={**right, **wrong})
        assert await error_of(refused) == (403, "refused_callback")
    assert (await world.client.get(path)).status == 403


@pytest.mark.parametrize(
    ("body", "signed", "status"),
    [
        (b'{"object": "page", "entry": []}', False, 403),
        (b'{"object": "page", "entry": [', True, 400),
        (b'{"object": "user", "entry": []}', True, 400),
        (b"[" * 30_000, True, 400),
        (b'"secret words"', True, 400),
        (b"\xff\xfe", True, 400),
        (json.dumps({"object": "page", "entry": [{"id": "666", "messaging": []}]}).encode(), True, 403),
        (b"x" * (LARGEST_BATCH + 1), True, 413),
        (b'{"object": "page", "entry": []}', True, 200),
    ],
)
async def test_what_is_not_ours_is_refused(world: MessengerWorld, body: bytes, signed: bool, status: int) -> None:
    headers = world.platform.sign(body) if signed else {}
    answer = await world.client.post("/channels/messenger", data=body, headers=headers)
    assert answer.status == status
    told = await answer.text()
    assert "secret words" not in told
    assert "666" not in told


async def test_a_large_body_that_hides_its_length_is_cut_off(world: MessengerWorld) -> None:
    async def hidden() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BATCH // 2**18 + 1):
            yield b" " * 2**18

    refused = await world.client.post("/channels/messenger", data=hidden())
    assert await error_of(refused) == (413, "too_large")


@pytest.mark.parametrize("header", ["", "sha256=", "sha1=0", "sha256=" + "0" * 64, "SHA256=ü", "0" * 64])
async def test_a_wrong_signature_is_refused(world: MessengerWorld, header: str) -> None:
    body = world.platform.batch([world.platform.text(SENDER, "你好")])
    headers = {"X-Hub-Signature-256": header} if header else {}
    answer = await world.client.post("/channels/messenger", data=body, headers=headers)
    assert await error_of(answer) == (403, "refused_callback")
    changed = body.replace(b"m_", b"n_")
    forged = await world.client.post("/channels/messenger", data=changed, headers=world.platform.sign(body))
    assert forged.status == 403
    assert await world.history() == []


async def test_where_messenger_is_not_set_up_there_is_nothing(database_url: str, tmp_path: Path) -> None:
    from tests.unit.gateway.world import running

    async with running(database_url, tmp_path) as other:
        assert (await other.client.post("/channels/messenger", data=b"{}")).status == 404
