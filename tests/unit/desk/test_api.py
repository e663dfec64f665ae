"""What agents see and do over HTTP: queue, dossier, transcript, and the actions under the version check."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channel_rules import ChannelRule, Spend, WindowRule
from bot.messages import Author, Delivery, Draft, OfferedButton, Owner, Utterance
from bot.ports import TurnRecord
from tests.fakes import bot_turn, incoming
from tests.unit.desk.desk_world import HUMAN, LIST, act, handed_over
from tests.unit.gateway.world import World, error_of


async def get(world: World, path: str) -> Any:
    response = await world.client.get(path)
    assert response.status == 200, await response.text()
    return await response.json()


# --- reading ---------------------------------------------------------------------------------
async def test_queue_is_listed_longest_waiting_first(world: World) -> None:
    first, second = await handed_over(world), await handed_over(world, language="en")
    await world.session()
    await world.log_in("sam")
    rows = (await get(world, f"{LIST}?owner=waiting"))["conversations"]
    assert [row["id"] for row in rows] == [first["conversation"], second["conversation"]]
    assert [row["place"] for row in rows] == [1, 2]
    row = rows[0]
    assert (row["channel"], row["owner"], row["agent"], row["mood"], row["customer"]) == (
        "web",
        "waiting",
        None,
        -0.4,
        None,
    )
    assert row["waiting_seconds"] >= 0
    assert row["reason"] == {"rule": "asks_for_human", "text": "reason", "summary": ""}
    assert row["last_message"]["author"] == "system"
    assert row["last_message"]["text"].startswith("English notice_handed_over")
    assert row["version"] == 2


async def test_an_overdue_complaint_marks_its_conversation(world: World) -> None:
    marked, other = await handed_over(world), await handed_over(world)
    world.records.overdue = {marked["conversation"]: ["CP2611210001"]}
    await world.log_in()
    rows = (await get(world, LIST))["conversations"]
    assert {row["id"]: row["overdue"] for row in rows} == {
        marked["conversation"]: ["CP2611210001"],
        other["conversation"]: [],
    }
    assert (await get(world, f"{LIST}/{marked['conversation']}"))["overdue"] == ["CP2611210001"]


async def test_conversations_can_be_filtered_by_owner(world: World) -> None:
    waiting, plain = await handed_over(world), await world.session()
    await world.log_in()
    everything = [row["id"] for row in (await get(world, LIST))["conversations"]]
    assert sorted(everything) == sorted([waiting["conversation"], plain["conversation"]])
    with_bot = (await get(world, f"{LIST}?owner=bot"))["conversations"]
    assert [(row["id"], row["place"], row["reason"], row["last_message"]) for row in with_bot] == [
        (plain["conversation"], None, None, None)
    ]
    assert (await get(world, f"{LIST}?owner=closed"))["conversations"] == []
    assert await error_of(await world.client.get(f"{LIST}?owner=nobody")) == (400, "bad_request")


async def test_dossier_explains_the_conversation(world: World) -> None:
    world.records.orders = [{"order_number": "SO202611010001", "state": {"zh": "已付款", "en": "Paid"}}]
    world.brain.script["退款"] = bot_turn(
        "utter_article_answer", intent="refund_time", facts={"article": "refund-time", "score": 0.83}
    )
    world.brain.script["取消"] = bot_turn("utter_done", intent="cancel_order", effects=("cancel_order:SO202611010001",))
    world.brain.script["呃"] = bot_turn("utter_fallback", intent="nlu_fallback", facts={"misunderstood": True})
    opened = await world.session()
    for text in ("退款", "取消", "呃"):
        await world.say(opened["session"], text)
    world.brain.script["转人工"] = HUMAN
    await world.say(opened["session"], "转人工")
    headers = await world.log_in()
    await act(world, opened, "notes", headers, text="老客户")
    one = await get(world, f"{LIST}/{opened['conversation']}")
    assert one["orders"] == world.records.orders
    assert world.records.asked == [(opened["conversation"], None)]
    assert [each["intent"] for each in one["intents"]] == [
        "refund_time",
        "cancel_order",
        "nlu_fallback",
        "request_human",
    ]
    assert [each["understood"] for each in one["intents"]] == [True, True, False, True]
    assert one["articles"] == [{"seq": 1, "slug": "refund-time", "score": 0.83}]
    assert one["changes"] == [{"seq": 3, "effect": "cancel_order:SO202611010001"}]
    assert one["failures"] == [{"seq": 5, "failed": False}]
    assert one["mood_curve"][-1] == {"seq": 7, "mood": -0.4, "words": ["气"]}
    assert len(one["mood_curve"]) == 4
    handoff = one["handoffs"][0]
    assert (handoff["rule"], handoff["reason"], handoff["words"]) == ("asks_for_human", "原因", "转人工")
    assert [(note["agent"], note["text"]) for note in one["notes"]] == [("小林", "老客户")]
    assert one["owner"] == "waiting"


async def test_transcript_in_the_agents_language_beside_the_original(world: World) -> None:
    said = Utterance(
        "utter_order",
        {},
        {"zh": "您的订单", "en": "Your order"},
        (OfferedButton("", {"zh": "取消", "en": "Cancel"}, "/c"),),
    )
    world.brain.script["<b>订单</b>"] = bot_turn(utterances=(said,))
    opened = await world.session(language="zh")
    await world.say(opened["session"], "<b>订单</b>")
    await world.log_in("sam")
    path = f"{LIST}/{opened['conversation']}/transcript"
    asked, answered = (await get(world, path))["messages"]
    assert (asked["text"], asked["original"], asked["author"]) == ("<b>订单</b>", "<b>订单</b>", "customer")
    assert asked["decision"]["intent"] == "greet"
    assert (answered["text"], answered["original"], answered["key"]) == ("Your order", "您的订单", "utter_order")
    assert answered["buttons"][0]["title"] == "Cancel"
    assert answered["language"] == "zh"
    in_chinese = (await get(world, f"{path}?language=zh"))["messages"][1]
    assert (in_chinese["text"], in_chinese["buttons"][0]["title"]) == ("您的订单", "取消")
    assert await error_of(await world.client.get(f"{path}?language=fr")) == (400, "bad_request")


async def test_what_the_bot_did_not_say_is_for_agents_only(world: World) -> None:
    opened = await world.session()
    store = world.parts.store
    conversation = await store.conversation(opened["conversation"])
    accepted = await store.accept(incoming(conversation.sender, "x"))
    draft = Draft(Author.BOT, "差点说了", "zh", key="utter_x", in_reply_to=accepted.message.id, delivery=Delivery.HELD)
    await store.record_turn(TurnRecord(accepted.message, None, [draft]))
    history = await world.client.get("/channels/web/messages", params={"session": opened["session"]})
    assert [each["author"] for each in (await history.json())["messages"]] == ["customer"]
    await world.log_in()
    rows = (await get(world, f"{LIST}/{opened['conversation']}/transcript"))["messages"]
    assert [(row["text"], row["delivery"]) for row in rows] == [("你好", None), ("差点说了", "held")]
    row = (await get(world, LIST))["conversations"][0]
    assert row["last_message"]["text"] == "你好"


async def test_agents_are_listed_without_secrets(world: World) -> None:
    await world.log_in()
    agents = (await get(world, "/desk/api/agents"))["agents"]
    assert {each["username"] for each in agents} == {"lin", "sam", "boss"}
    assert all(set(each) == {"username", "display_name", "role", "language"} for each in agents)


@pytest.mark.parametrize("conversation", ["0" * 32, "nonsense", "%00", "x" * 500, "..%2f"])
async def test_unknown_conversation(world: World, conversation: str) -> None:
    headers = await world.log_in()
    for path in (f"{LIST}/{conversation}", f"{LIST}/{conversation}/transcript"):
        assert await error_of(await world.client.get(path)) == (404, "unknown_conversation")
    response = await world.client.post(f"{LIST}/{conversation}/claim", json={}, headers=headers)
    assert await error_of(response) == (404, "unknown_conversation")


# --- acting ----------------------------------------------------------------------------------
async def test_agent_takes_over_writes_and_returns_to_the_bot(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    claimed = await (await act(world, opened, "claim", headers)).json()
    assert (claimed["owner"], claimed["agent"], claimed["agent_name"]) == ("agent", "lin", "小林")
    asked_before = len(world.brain.asked)
    quiet = await world.say(opened["session"], "在吗")
    assert (quiet["replies"], quiet["owner"]) == ([], "agent")
    sent = await act(world, opened, "messages", headers, text="您好，我来帮您 <b>", client_id="m1")
    assert sent.status == 200
    again = await act(world, opened, "messages", headers, text="您好，我来帮您 <b>", client_id="m1")
    assert again.status == 200
    history = await (await world.client.get("/channels/web/messages", params={"session": opened["session"]})).json()
    by_agent = [each for each in history["messages"] if each["author"] == "agent"]
    assert [(each["text"], each["agent"]) for each in by_agent] == [("您好，我来帮您 <b>", "小林")]
    assert history["agent"] == "小林"
    assert len(world.brain.asked) == asked_before
    assert (await (await act(world, opened, "return", headers)).json())["owner"] == "bot"
    assert len((await world.say(opened["session"], "谢谢"))["replies"]) == 1
    assert world.brain.asked[-1].fresh


async def test_close_and_reopen(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    await act(world, opened, "claim", headers)
    assert (await (await act(world, opened, "close", headers)).json())["owner"] == "closed"
    assert (await world.say(opened["session"], "还有一个问题"))["owner"] == "bot"


async def test_transfer_to_a_colleague(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    await act(world, opened, "claim", headers)
    moved = await (await act(world, opened, "transfer", headers, agent="sam")).json()
    assert (moved["agent"], moved["agent_name"]) == ("sam", "Sam")
    late = await act(world, opened, "messages", headers, text="还在", client_id="late")
    assert await error_of(late) == (409, "owner_changed")


async def test_transfer_to_nobody_is_told(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    await act(world, opened, "claim", headers)
    assert await error_of(await act(world, opened, "transfer", headers, agent="ghost")) == (400, "unknown_agent")
    assert await error_of(await act(world, opened, "transfer", headers)) == (400, "bad_request")


async def test_who_comes_second_is_told(world: World) -> None:
    opened = await handed_over(world)
    await act(world, opened, "claim", await world.log_in("lin"))
    headers = await world.log_in("sam")
    for action, body in (
        ("claim", {}),
        ("messages", {"text": "x", "client_id": "a"}),
        ("return", {}),
        ("close", {}),
        ("transfer", {"agent": "boss"}),
    ):
        assert await error_of(await act(world, opened, action, headers, **body)) == (409, "owner_changed"), action
    conversation = await world.parts.store.conversation(opened["conversation"])
    assert (conversation.owner, conversation.agent) == (Owner.AGENT, "lin")


async def test_claim_of_a_version_that_is_gone(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    assert await error_of(await act(world, opened, "claim", headers, version=1)) == (409, "owner_changed")
    for version in ("1", True, 1.5):
        assert await error_of(await act(world, opened, "claim", headers, version=version)) == (400, "bad_request")
    assert (await act(world, opened, "claim", headers, version=2)).status == 200


@pytest.mark.parametrize(
    ("action", "body", "expected"),
    [
        ("messages", {"client_id": "a"}, (400, "empty_message")),
        ("messages", {"client_id": "a", "text": "  "}, (400, "empty_message")),
        ("messages", {"client_id": "a", "text": 5}, (400, "bad_request")),
        ("messages", {"text": "x"}, (400, "bad_request")),
        ("messages", {"client_id": "a", "text": "x" * 5001}, (413, "too_long")),
        ("notes", {}, (400, "empty_message")),
        ("notes", {"text": ["x"]}, (400, "bad_request")),
    ],
)
async def test_wrong_input_of_agents(world: World, action: str, body: Any, expected: tuple[int, str]) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    await act(world, opened, "claim", headers)
    assert await error_of(await act(world, opened, action, headers, **body)) == expected


async def test_broken_json_of_agents(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    path = f"{LIST}/{opened['conversation']}/claim"
    assert await error_of(await world.client.post(path, data=b"{", headers=headers)) == (400, "bad_json")
    assert (await world.client.post(path, headers=headers)).status == 200


# --- a platform's limits ---------------------------------------------------------------------
async def test_what_a_platform_still_lets_through_is_shown(world: World) -> None:
    opened = await handed_over(world)
    rule = ChannelRule("web", (WindowRule("message", timedelta(hours=48), 5, 2),))
    world.parts.channel_rules["web"] = rule  # type: ignore[index]
    await world.log_in()
    here = f"{LIST}/{opened['conversation']}"
    assert (await get(world, here))["reply_limits"] == {
        "closes_at": None,
        "left": 0,
        "left_for_bot": 0,
        "agent_until": None,
    }
    sender = (await world.parts.store.conversation(opened["conversation"])).sender
    written = await world.parts.store.accept(incoming(sender, "1", window="message"))
    spend = Spend(opened["conversation"], "message", 4)
    await world.parts.store.mark_delivery([], Delivery.SENT, spend=spend)
    limits = (await get(world, here))["reply_limits"]
    assert (limits["left"], limits["left_for_bot"]) == (1, 0)
    closes_at = datetime.fromisoformat(limits["closes_at"])
    assert abs(closes_at - written.message.created_at - timedelta(hours=48)) < timedelta(seconds=1)


async def test_where_there_are_no_limits_none_are_shown(world: World) -> None:
    opened = await handed_over(world)
    await world.log_in()
    one = await get(world, f"{LIST}/{opened['conversation']}")
    assert (one["reply_limits"], one["undelivered"]) == (None, 0)


async def test_a_reply_that_could_not_be_sent_says_why(world: World) -> None:
    opened = await handed_over(world)
    await world.log_in()
    here = f"{LIST}/{opened['conversation']}"
    history = await world.parts.store.history(opened["conversation"])
    await world.parts.store.mark_delivery([history[1].id], Delivery.DELAYED, reason="quota_spent")
    await world.parts.store.mark_delivery([history[-1].id], Delivery.FAILED, reason="blocked")
    shown = (await get(world, f"{here}/transcript"))["messages"]
    assert (shown[1]["delivery"], shown[1]["delivery_reason"]) == ("delayed", "quota_spent")
    assert (shown[-1]["delivery"], shown[-1]["delivery_reason"]) == ("failed", "blocked")
    (row,) = (await get(world, f"{LIST}?owner=waiting"))["conversations"]
    assert row["undelivered"] == 2


async def test_an_agent_vouches_for_a_customer_and_a_note_says_so(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in("sam")
    # Only who talks to the customer can know.
    refused = await act(world, opened, "verify", headers, order_number="SO202611010001")
    assert await error_of(refused) == (409, "owner_changed")
    await act(world, opened, "claim", headers)
    unknown = await act(world, opened, "verify", headers, order_number="SO999")
    assert await error_of(unknown) == (400, "unknown_order")
    assert (await act(world, opened, "verify", headers, order_number="so202611010001")).status == 200
    assert world.records.vouched[-1] == (opened["conversation"], "SO202611010001")
    (note,) = await world.parts.store.notes(opened["conversation"])
    assert (note.agent, "SO202611010001" in note.text) == ("sam", True)


# --- other channels of the same customer ------------------------------------------------------
async def test_the_desk_says_where_a_customer_can_be_reached(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    await act(world, opened, "claim", headers)
    one = await get(world, f"{LIST}/{opened['conversation']}")
    assert one["invites"] == ["web", "wechat"]
    assert [(each["channel"], each["joined_at"], each["parted_at"]) for each in one["channels"]] == [
        ("web", None, None)
    ]
    lines = (await get(world, f"{LIST}/{opened['conversation']}/transcript"))["messages"]
    assert {line["channel"] for line in lines} == {"web"}


async def test_an_agent_sends_a_code_once_a_click(world: World) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    await act(world, opened, "claim", headers)
    answer = await act(world, opened, "invite", headers, channel="wechat", client_id="i1")
    assert answer.status == 200, await answer.text()
    said = (await world.parts.store.history(opened["conversation"]))[-1]
    assert (said.key, said.author, said.agent) == ("notice_join_code", Author.SYSTEM, "lin")
    assert (await act(world, opened, "separate", headers)).status == 200


@pytest.mark.parametrize("body", [{"channel": "telegram", "client_id": "i1"}, {"channel": "wechat"}, {"client_id": 7}])
async def test_an_odd_invitation_is_refused(world: World, body: dict[str, Any]) -> None:
    opened = await handed_over(world)
    headers = await world.log_in()
    await act(world, opened, "claim", headers)
    assert await error_of(await act(world, opened, "invite", headers, **body)) == (400, "bad_request")


@pytest.mark.parametrize("action", ["invite", "separate"])
async def test_only_the_agent_who_has_the_customer_invites_and_separates(world: World, action: str) -> None:
    opened = await handed_over(world)
    headers = await world.log_in("sam")
    refused = await act(world, opened, action, headers, channel="wechat", client_id="i1")
    assert await error_of(refused) == (409, "owner_changed")
