"""``/channels/web/sessions`` and ``/messages``: what customers send, what they get, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Card, OfferedButton, Utterance
from tests.fakes import bot_turn
from tests.unit.gateway.world import World, error_of, eventually, running

MESSAGES = "/channels/web/messages"


async def post(world: World, body: Any, **options: Any) -> Any:
    return await world.client.post(MESSAGES, json=body, **options)


# --- sessions --------------------------------------------------------------------------------
async def test_session_is_opened_in_the_asked_language(world: World) -> None:
    opened = await world.session(language="en")
    assert opened["language"] == "en"
    assert opened["owner"] == "bot"
    assert len(opened["session"]) >= 32
    assert opened["session"] not in str(await world.parts.store.conversation(opened["conversation"]))


@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [
        ("zh-Hant-TW", "en", "zh"),
        (None, "en-GB,zh;q=0.9", "en"),
        (None, "fr,zh;q=0.5,en;q=0.4", "zh"),
        (None, "", "zh"),
    ],
)
async def test_language_of_a_session(world: World, asked: str | None, header: str, language: str) -> None:
    body = {"language": asked} if asked else {}
    response = await world.client.post("/channels/web/sessions", json=body, headers={"Accept-Language": header})
    assert (await response.json())["language"] == language


@pytest.mark.parametrize("language", ["fr", "", 5, ["zh"], {}])
async def test_unknown_language_is_refused(world: World, language: Any) -> None:
    response = await world.client.post("/channels/web/sessions", json={"language": language})
    assert await error_of(response) == (400, "bad_request")


async def test_visitors_get_conversations_of_their_own(world: World) -> None:
    first, second = await world.session(), await world.session()
    assert first["conversation"] != second["conversation"]


# --- sending ---------------------------------------------------------------------------------
async def test_message_is_answered_when_waited_for(world: World) -> None:
    session = (await world.session(language="zh"))["session"]
    answered = await world.say(session, "我的订单到哪了")
    assert answered["owner"] == "bot"
    assert [reply["author"] for reply in answered["replies"]] == ["bot"]
    assert answered["replies"][0]["text"] == "中文 utter_echo text=我的订单到哪了"


async def test_message_without_wait_is_acknowledged_at_once_and_answered_later(world: World) -> None:
    opened = await world.session(language="en")
    response = await post(world, {"session": opened["session"], "client_id": "a", "text": "hello"})
    assert response.status == 202
    assert list(await response.json()) == ["id"]

    async def answered() -> bool:
        history = await world.client.get(MESSAGES, params={"session": opened["session"]})
        return len((await history.json())["messages"]) == 2

    await eventually(answered)


async def test_same_client_id_is_one_message_with_the_same_replies(world: World) -> None:
    session = (await world.session())["session"]
    body = {"session": session, "client_id": "once", "text": "你好"}
    first = await (await post(world, body, params={"wait": "10"})).json()
    again = await (await post(world, {**body, "text": "别的"}, params={"wait": "10"})).json()
    assert again == first
    assert len(world.brain.asked) == 1


async def test_same_client_id_in_another_conversation_is_another_message(world: World) -> None:
    one, other = await world.session(), await world.session()
    ids = []
    for opened in (one, other):
        response = await post(world, {"session": opened["session"], "client_id": "x", "text": "hi"})
        ids.append((await response.json())["id"])
    assert ids[0] != ids[1]


async def test_message_is_stored_while_the_brain_loads_and_answered_later(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, started=False) as world:
        opened = await world.session()
        body = {"session": opened["session"], "client_id": "early", "text": "有人吗"}
        waited = await (await post(world, body, params={"wait": "0.05"})).json()
        assert waited["replies"] == []
        await world.queue.start()
        later = await (await post(world, body, params={"wait": "10"})).json()
        assert later["id"] == waited["id"]
        assert len(later["replies"]) == 1


async def test_html_and_slash_are_just_text(world: World) -> None:
    session = (await world.session())["session"]
    for text in ("<script>alert(1)</script><img src=x onerror=alert(2)>", "/restart", "😀😀"):
        answered = await world.say(session, text)
        assert answered["replies"][0]["text"].endswith(f"text={text}")
    history = await world.client.get(MESSAGES, params={"session": session})
    assert history.content_type == "application/json"
    assert history.headers["X-Content-Type-Options"] == "nosniff"
    assert (await history.json())["messages"][0]["text"].startswith("<script>")


async def test_control_characters_are_removed(world: World) -> None:
    session = (await world.session())["session"]
    await world.say(session, "a\u0000b\u0007c\u001b[31m\r\nd\te")
    assert world.brain.asked[0].text == "abc[31m\nd\te"


async def test_buttons_and_cards_reach_the_customer_without_their_meaning(world: World) -> None:
    said = Utterance(
        "utter_order",
        {},
        {"zh": "您的订单", "en": "Your order"},
        (OfferedButton("", {"zh": "取消订单", "en": "Cancel it"}, '/cancel_order{"order_number": "SO202611010001"}'),),
        Card("order", {"order_number": "SO202611010001", "state": {"zh": "已付款", "en": "Paid"}}),
    )
    world.brain.script["order"] = bot_turn(language="en", utterances=(said,))
    session = (await world.session(language="en"))["session"]
    reply = (await world.say(session, "order"))["replies"][0]
    assert reply["text"] == "Your order"
    assert reply["card"] == {"kind": "order", "data": dict(said.card.data) if said.card else None}
    assert [button["title"] for button in reply["buttons"]] == ["Cancel it"]
    assert "cancel_order" not in json.dumps(reply)
    await world.press(session, reply["buttons"][0]["payload"])
    assert world.brain.asked[-1].payload == '/cancel_order{"order_number": "SO202611010001"}'


async def test_button_of_another_conversation_is_unknown(world: World) -> None:
    said = Utterance("utter_a", {}, {"zh": "甲", "en": "a"}, (OfferedButton("", {"zh": "乙", "en": "b"}, "/b"),))
    world.brain.script["order"] = bot_turn(utterances=(said,))
    mine, other = await world.session(), await world.session()
    payload = (await world.say(mine["session"], "order"))["replies"][0]["buttons"][0]["payload"]
    response = await post(world, {"session": other["session"], "client_id": "p", "payload": payload})
    assert await error_of(response) == (400, "unknown_payload")
    assert len(world.brain.asked) == 1


# --- refusals --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"client_id": "a", "text": "x"}, (401, "unknown_session")),
        ({"session": "nonsense", "client_id": "a", "text": "x"}, (401, "unknown_session")),
        ({"session": 5, "client_id": "a", "text": "x"}, (401, "unknown_session")),
        ({"session": "a\u0000b", "client_id": "a", "text": "x"}, (401, "unknown_session")),
        ({"session": None, "text": "x"}, (400, "bad_request")),
        ({"session": None, "client_id": "", "text": "x"}, (400, "bad_request")),
        ({"session": None, "client_id": "x" * 129, "text": "x"}, (400, "bad_request")),
        ({"session": None, "client_id": "a\nb", "text": "x"}, (400, "bad_request")),
        ({"session": None, "client_id": 7, "text": "x"}, (400, "bad_request")),
        ({"session": None, "client_id": "a", "text": 5}, (400, "bad_request")),
        ({"session": None, "client_id": "a", "text": {"nested": ["x"]}}, (400, "bad_request")),
        ({"session": None, "client_id": "a", "payload": 5}, (400, "bad_request")),
        ({"session": None, "client_id": "a", "payload": "x", "text": "y"}, (400, "bad_request")),
        ({"session": None, "client_id": "a", "payload": "/restart"}, (400, "unknown_payload")),
        ({"session": None, "client_id": "a", "attachment": {"name": "x.png"}}, (400, "unknown_attachment")),
        ({"session": None, "client_id": "a", "attachment": "0" * 32}, (400, "unknown_attachment")),
        ({"session": None, "client_id": "a", "attachment": "../x"}, (400, "unknown_attachment")),
        ({"session": None, "client_id": "a", "payload": "x", "attachment": "y"}, (400, "bad_request")),
        ({"session": None, "client_id": "a"}, (400, "empty_message")),
        ({"session": None, "client_id": "a", "text": " \n\t "}, (400, "empty_message")),
        ({"session": None, "client_id": "a", "text": "\u0000\u0007"}, (400, "empty_message")),
        ({"session": None, "client_id": "a", "text": "\u200b\u200d"}, (400, "empty_message")),
        ({"session": None, "client_id": "a", "text": "长" * 5001}, (413, "too_long")),
        ({"session": None, "client_id": "a", "text": "x" * 10_000}, (413, "too_long")),
        ({"session": None, "client_id": "a", "text": "x" * 70_000}, (413, "too_large")),
    ],
)
async def test_wrong_messages_are_refused_and_not_stored(world: World, body: Any, expected: tuple[int, str]) -> None:
    opened = await world.session()
    if "session" in body and body["session"] is None:
        body = {**body, "session": opened["session"]}
    assert await error_of(await post(world, body)) == expected
    assert await world.parts.store.history(opened["conversation"]) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"5",
        b"null",
        b'{"text": NaN}',
        b'{"text": "\\ud800"}',
        b'{"text": "\x00"}',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"text": "x"} extra',
    ],
)
async def test_broken_json_is_told(world: World, raw: bytes) -> None:
    assert await error_of(await world.client.post(MESSAGES, data=raw)) == (400, "bad_json")


async def test_longest_text_is_taken(world: World) -> None:
    session = (await world.session())["session"]
    assert len((await world.say(session, "长" * 5000))["replies"]) == 1


async def test_large_body_of_unknown_length_is_cut_off(world: World) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 1024

    assert await error_of(await world.client.post(MESSAGES, data=endless())) == (413, "too_large")


@pytest.mark.parametrize("wait", ["-1", "nan", "x", ""])
async def test_wrong_wait_is_told(world: World, wait: str) -> None:
    session = (await world.session())["session"]
    response = await post(world, {"session": session, "client_id": "a", "text": "x"}, params={"wait": wait})
    assert await error_of(response) == (400, "bad_request")


async def test_errors_come_in_the_sessions_language(world: World) -> None:
    sentences = {}
    for language in ("zh", "en"):
        session = (await world.session(language=language))["session"]
        response = await post(world, {"session": session, "client_id": "a", "text": ""})
        sentences[language] = (await response.json())["error"]["message"]
    assert sentences == {
        "zh": "消息是空的，请输入内容再发送。",
        "en": "The message is empty. Please write something first.",
    }
    stranger = await post(world, {"session": "no"}, headers={"Accept-Language": "en"})
    assert "start a new one" in (await stranger.json())["error"]["message"]


# --- history ---------------------------------------------------------------------------------
async def test_history_goes_on_after_a_number(world: World) -> None:
    session = (await world.session())["session"]
    for text in ("一", "二"):
        await world.say(session, text)
    whole = await (await world.client.get(MESSAGES, params={"session": session})).json()
    assert [message["seq"] for message in whole["messages"]] == [1, 2, 3, 4]
    assert [message["author"] for message in whole["messages"]] == ["customer", "bot"] * 2
    assert [message["client_id"] for message in whole["messages"]] == ["c1", None, "c2", None]
    assert (whole["owner"], whole["place"], whole["agent"], whole["more"]) == ("bot", None, None, False)
    rest = await (await world.client.get(MESSAGES, params={"session": session, "after": "3"})).json()
    assert [message["seq"] for message in rest["messages"]] == [4]


@pytest.mark.parametrize("after", ["x", "-1", "nan"])
async def test_history_after_nonsense_is_told(world: World, after: str) -> None:
    session = (await world.session())["session"]
    response = await world.client.get(MESSAGES, params={"session": session, "after": after})
    assert await error_of(response) == (400, "bad_request")


@pytest.mark.parametrize("session", ["", "nonsense", "\u0000", "x" * 500])
async def test_history_needs_a_session(world: World, session: str) -> None:
    response = await world.client.get(MESSAGES, params={"session": session})
    assert await error_of(response) == (401, "unknown_session")


# --- limits ----------------------------------------------------------------------------------
async def test_too_many_messages_of_one_session(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, rate_per_session=3) as world:
        session = (await world.session())["session"]
        for _ in range(3):
            await world.say(session, "x")
        response = await post(world, {"session": session, "client_id": "late", "text": "x"})
        assert 1 <= int(response.headers["Retry-After"]) <= 10
        assert await error_of(response) == (429, "slow_down")
        other = (await world.session())["session"]
        assert (await post(world, {"session": other, "client_id": "a", "text": "x"})).status == 202


async def test_too_many_requests_of_one_address(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, rate_per_address=2, trusted_proxies=1) as world:

        async def open_from(address: str) -> int:
            headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}
            return (await world.client.post("/channels/web/sessions", json={}, headers=headers)).status

        assert [await open_from("10.0.0.1") for _ in range(3)] == [200, 200, 429]
        assert await open_from("10.0.0.2") == 200
