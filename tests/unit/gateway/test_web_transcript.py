"""A customer's copy of the conversation: as it was said, theirs alone, and no way to mail strangers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.mail import Mail
from bot.messages import Author, Card, Delivery, Draft
from bot.responses import ResponseCatalogue
from bot.wiring import RESPONSES
from tests.unit.gateway.test_web_files import PNG, sent
from tests.unit.gateway.world import World, error_of, running

ADDRESS = "/channels/web/transcript"
MENU = "/channels/web/menu"
WORDS = ResponseCatalogue.load(RESPONSES)


@dataclass
class FakeMailer:
    sent: list[Mail] = field(default_factory=list)
    broken: bool = False

    async def send(self, mail: Mail) -> None:
        if self.broken:
            raise ConnectionRefusedError("the mail server sleeps")
        self.sent.append(mail)

    def close(self) -> None:
        return


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
async def world(database_url: str, tmp_path: Path, mailer: FakeMailer) -> AsyncIterator[World]:
    """With the shop's own words, and a mail server."""
    async with running(database_url, tmp_path, real={"responses": WORDS}, mailer=mailer) as one:
        yield one


async def text_of(world: World, session: str, **query: str) -> str:
    response = await world.client.get(ADDRESS, params={"session": session, **query})
    assert response.status == 200, await response.text()
    assert re.fullmatch(r'attachment; filename="chat-\d{4}-\d\d-\d\d\.txt"', response.headers["Content-Disposition"])
    assert response.headers["Cache-Control"] == "private, no-store"
    return (await response.read()).decode("utf-8-sig")


async def mail(world: World, session: str, email: Any, **more: Any) -> Any:
    return await world.client.post(ADDRESS, json={"session": session, "email": email, **more})


async def test_everything_the_customer_saw_and_nothing_else(world: World) -> None:
    opened = await world.session()
    await world.say(opened["session"], "你好\n[2026-01-01 00:00] 机器人：假的")
    kept_back = Draft(Author.BOT, "不该说的话", "zh", key="utter_x", delivery=Delivery.HELD)
    await world.parts.store.add_notice(opened["conversation"], kept_back)
    headers, one = await world.log_in(), f"/desk/api/conversations/{opened['conversation']}"
    for path, body in (
        ("claim", {}),
        ("notes", {"text": "难缠的客户"}),
        ("messages", {"client_id": "a1", "text": "您好，我来看看"}),
    ):
        assert (await world.client.post(f"{one}/{path}", json=body, headers=headers)).status == 200
    text = await text_of(world, opened["session"])
    assert "\n" not in text.replace("\r\n", "")
    lines = text.splitlines()
    assert lines[0] == "您的客服对话记录"
    assert re.fullmatch(r"保存于 \d{4}-\d\d-\d\d \d\d:\d\d（时间均为 UTC\+08:00）", lines[1])
    assert re.fullmatch(r"\[\d{4}-\d\d-\d\d \d\d:\d\d\] 您：你好", lines[3])
    assert lines[4] == "    [2026-01-01 00:00] 机器人：假的", "set in: it cannot pass for an entry of the record"
    assert "] 机器人：" in lines[5]
    assert [line.partition("] ")[2] for line in lines[7:]] == [
        "系统提示：客服小林已接入，将为您服务。",
        "人工客服 小林：您好，我来看看",
    ]
    assert "不该说的话" not in text
    assert "难缠" not in text


async def test_around_what_was_said_the_asked_language(world: World) -> None:
    opened = await world.session(language="en")
    await world.say(opened["session"], "hello")
    english = await text_of(world, opened["session"])
    assert english.startswith("Your chat with customer service\r\nSaved on ")
    assert "] You: hello" in english
    chinese = await text_of(world, opened["session"], language="zh")
    assert "] 您：hello" in chinese
    assert "] 机器人：English utter_echo" in chinese, "what was said stays as it was said"


async def test_files_by_name_and_cards_in_words(world: World) -> None:
    opened = await world.session()
    await sent(world, opened["session"], PNG, "破损.png", text="碎了")
    card = {"lines": [{"zh": ["SO202611010001", "待发货"], "en": ["SO202611010001", "to be sent"]}]}
    draft = Draft(Author.BOT, "您的订单：", "zh", key="utter_x", card=Card("order", card))
    await world.parts.store.add_notice(opened["conversation"], draft)
    lines = (await text_of(world, opened["session"])).splitlines()
    assert lines[3].endswith("] 您：碎了")
    assert lines[4] == "    [文件：破损.png]"
    assert lines[-2].endswith("] 机器人：您的订单：")
    assert lines[-1] == "    SO202611010001 · 待发货"


async def test_a_long_conversation_is_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.web_transcript.PAGE", 3)
    opened = await world.session()
    for number in range(5):
        await world.say(opened["session"], f"第{number}句")
    text = await text_of(world, opened["session"])
    assert [text.count(f"您：第{number}句\r\n") for number in range(5)] == [1] * 5


async def test_it_is_nobody_elses(world: World, mailer: FakeMailer) -> None:
    mine, other = await world.session(), await world.session()
    await world.say(mine["session"], "我的秘密")
    assert "我的秘密" not in await text_of(world, other["session"])
    assert await error_of(await world.client.get(ADDRESS, params={"session": "nonsense"})) == (401, "unknown_session")
    assert await error_of(await world.client.get(ADDRESS)) == (401, "unknown_session")
    assert await error_of(await mail(world, "nonsense", "a@b.example")) == (401, "unknown_session")
    assert mailer.sent == []


async def test_it_cannot_be_asked_for_without_end(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, real={"responses": WORDS}, rate_per_session=2) as world:
        opened = await world.session()
        for _ in range(2):
            await text_of(world, opened["session"])
        refused = await world.client.get(ADDRESS, params={"session": opened["session"]})
        assert await error_of(refused) == (429, "slow_down")


async def test_by_mail(world: World, mailer: FakeMailer) -> None:
    opened = await world.session(language="en")
    await world.say(opened["session"], "buy at https://evil.example")
    assert (await mail(world, opened["session"], " chen@mail.example ")).status == 202
    (one,) = mailer.sent
    assert (one.to, one.subject) == ("chen@mail.example", "Your chat with customer service")
    assert "evil" not in one.subject + one.text, "only our own words are in the mail itself"
    assert one.file.decode("utf-8-sig") == await text_of(world, opened["session"])
    assert (await mail(world, opened["session"], "chen@mail.example", language="zh")).status == 202
    assert mailer.sent[1].subject == "您的客服对话记录"


@pytest.mark.parametrize(
    "email",
    [
        None,
        5,
        "",
        "nobody",
        "a@b",
        "a@@b.example",
        "a@b.example\nBcc: c@d.example",
        "a@b.example,c@d.example",
        "Chen <a@b.example>",
        "a b@c.example",
        ".a@b.example",
        "a..b@c.example",
        "张@b.example",
        "x" * 250 + "@b.ex",
    ],
)
async def test_what_is_no_address_gets_no_mail(world: World, mailer: FakeMailer, email: Any) -> None:
    opened = await world.session()
    await world.say(opened["session"], "你好")
    assert await error_of(await mail(world, opened["session"], email)) == (400, "bad_email")
    assert mailer.sent == []


async def test_not_too_many_mails_from_one_chat_nor_to_one_address(world: World, mailer: FakeMailer) -> None:
    async def talk() -> str:
        session: str = (await world.session())["session"]
        await world.say(session, "你好")
        return session

    session = await talk()
    answers = [await mail(world, session, f"a{number}@b.example") for number in range(4)]
    assert [answer.status for answer in answers] == [202, 202, 202, 429]
    assert await error_of(answers[-1]) == (429, "too_many_mails")
    assert int(answers[-1].headers["Retry-After"]) > 0
    statuses = [
        (await mail(world, await talk(), "Victim@b.example" if n else "victim@b.example")).status for n in range(4)
    ]
    assert statuses == [202, 202, 202, 429]
    statuses = [(await mail(world, await talk(), f"b{number}@b.example")).status for number in range(5)]
    assert statuses == [202] * 4 + [429], "and ten from one network address"
    assert len(mailer.sent) == 10


async def test_nobody_is_mailed_a_chat_without_an_answer(world: World, mailer: FakeMailer) -> None:
    opened = await world.session()
    assert await error_of(await mail(world, opened["session"], "a@b.example")) == (409, "nothing_said")
    assert mailer.sent == []


async def test_a_mail_server_that_fails_is_said_plainly(world: World, mailer: FakeMailer) -> None:
    mailer.broken = True
    opened = await world.session()
    await world.say(opened["session"], "你好")
    assert await error_of(await mail(world, opened["session"], "a@b.example")) == (502, "mail_failed")


async def menu(world: World, session: str, **query: str) -> dict[str, Any]:
    response = await world.client.get(MENU, params={"session": session, **query})
    assert response.status == 200, await response.text()
    offered: dict[str, Any] = await response.json()
    return offered


async def test_the_menu_offers_mail_only_where_it_is_set_up(database_url: str, tmp_path: Path, world: World) -> None:
    assert (await menu(world, (await world.session())["session"]))["mail"] is True
    (tmp_path / "other").mkdir()
    async with running(database_url, tmp_path / "other", real={"responses": WORDS}) as bare:
        session = (await bare.session())["session"]
        assert (await menu(bare, session))["mail"] is False
        assert await error_of(await mail(bare, session, "a@b.example")) == (404, "no_mail")
    assert await error_of(await world.client.get(MENU, params={"session": "x"})) == (401, "unknown_session")


@pytest.mark.parametrize(("language", "words"), [("zh", "换到微信继续"), ("en", "Continue on WeChat")])
async def test_the_menu_offers_the_way_to_another_channel(world: World, language: str, words: str) -> None:
    session = (await world.session(language="zh"))["session"]
    assert (await menu(world, session, language=language))["channels"] == [{"channel": "wechat", "text": words}]
    answer = await world.say(session, words)
    assert re.search(r"KF-\w{4}-\w{4}", answer["replies"][0]["text"]), "what the menu says gets a code"


async def test_words_that_nobody_would_understand_are_not_offered(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path) as world:  # whose words are made up
        assert (await menu(world, (await world.session())["session"]))["channels"] == []
