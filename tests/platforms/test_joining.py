"""One customer starts on the web, is joined on WeChat and escalates there; the agent reads one transcript and answers.

A whole Kefu with the shop's own sentences, the WeChat simulator, the web's and the desk's HTTP; the bot is scripted.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.responses import ResponseCatalogue
from bot.stores.accounts import Accounts
from bot.stores.join_tables import join_codes
from bot.stores.rows import now
from bot.wiring import RESPONSES
from tests.databases import change, copy_of
from tests.fakes import FakeBrain, bot_turn, utterance
from tests.platforms.connected import Connected, connected, until
from tests.platforms.wechat import WechatSimulator

YES, NO, UNLINK = "是我本人，关联", "不关联", "解除关联"
RETURN = bot_turn(utterances=(utterance("utter_ask_order", {}, "/as_before"),))
HUMAN = bot_turn("utter_x", intent="request_human")
PASSWORD = "a-long-password"


@dataclass
class Shop:
    world: Connected
    session: str
    home: str
    count: int = 0

    # --- the web ---------------------------------------------------------------------------
    async def writes(self, text: str) -> list[str]:
        """What the page shows as its answer."""
        self.count += 1
        body = {"session": self.session, "client_id": f"c{self.count}", "text": text}
        answer = await self.world.client.post("/channels/web/messages?wait=20", json=body)
        assert answer.status == 200, await answer.text()
        return [reply["text"] for reply in (await answer.json())["replies"]]

    async def page(self) -> list[str]:
        """``author: text`` of everything that the page shows."""
        answer = await self.world.client.get("/channels/web/messages", params={"session": self.session})
        return [f"{each['author']}: {each['text']}" for each in (await answer.json())["messages"]]

    # --- WeChat ----------------------------------------------------------------------------
    async def says(self, text: str) -> list[str]:
        return await self._hears(lambda: self.world.platform.says("o1", text))

    async def presses(self, label: str) -> list[str]:
        return await self._hears(lambda: self.world.platform.presses("o1", label))

    async def scans(self, address: str) -> list[str]:
        return await self._hears(lambda: self.world.platform.scans("o1", address))

    async def _hears(self, deed: Callable[[], Any]) -> list[str]:
        before = len(self.phone)
        assert not (await deed()).fault
        await until(lambda: len(self.phone) > before)
        for conversation in (await self.world.conversation("o1")).id, self.home:
            await self.world.queue.served(conversation)
        return self.phone[before:]

    @property
    def phone(self) -> list[str]:
        texts: list[str] = self.world.platform.customer("o1").texts()
        return texts

    # --- the desk --------------------------------------------------------------------------
    async def desk(self, path: str, body: dict[str, Any] | None = None) -> Any:
        client, where = self.world.client, f"/desk/api/{path}"
        if body is None:
            answer = await client.get(where)
        else:
            answer = await client.post(where, json=body, headers={"X-CSRF-Token": self.csrf})
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def log_in(self) -> None:
        await Accounts(self.world.database).add_agent("lin", "小林", "agent", "zh", PASSWORD)
        self.csrf = ""
        self.csrf = (await self.desk("login", {"username": "lin", "password": PASSWORD}))["csrf"]

    csrf: str = ""

    async def link_and_code(self) -> tuple[str, str]:
        (told,) = await self.writes("换到微信继续")
        link, code = re.search(r"https://\S+", told), re.search(r"KF-\w{4}-\w{4}", told)
        assert link
        assert code
        return link[0], code[0]


@pytest.fixture
async def shop(template: Path, tmp_path: Path) -> AsyncIterator[Shop]:
    brain = FakeBrain({"我要退货": RETURN, "转人工": HUMAN})
    words = ResponseCatalogue.load(RESPONSES)
    async with connected(
        WechatSimulator(), copy_of(template, tmp_path), tmp_path, brain=brain, real={"responses": words}
    ) as world:
        answer = await world.client.post("/channels/web/sessions", json={"language": "zh"})
        opened = await answer.json()
        yield Shop(world, opened["session"], opened["conversation"])


async def test_one_customer_one_transcript(shop: Shop) -> None:
    assert await shop.writes("我要退货") == ["中文 utter_ask_order"]
    link, _ = await shop.link_and_code()

    asked = (await shop.scans(link))[-1]
    assert "网页" in asked
    assert "微信" in asked
    assert shop.world.platform.customer("o1").screen[-1]["menu"][0]["content"] == YES
    joined = "\n".join(await shop.presses(YES))
    assert "已关联" in joined
    assert "utter_ask_order" in joined, "the bot's question is asked again where the customer is now"

    assert await shop.says("SO202611010001") == ["中文 utter_echo text=SO202611010001"]
    turn = shop.world.brain.asked[-1]
    assert (turn.conversation_id, turn.fresh) == (shop.home, False)
    assert "人工客服" in (await shop.says("转人工"))[-1]

    await shop.log_in()
    rows = (await shop.desk("conversations?owner=waiting"))["conversations"]
    assert [(row["id"], row["channel"], row["place"]) for row in rows] == [(shop.home, "wechat", 1)]
    assert len((await shop.desk("conversations"))["conversations"]) == 1
    lines = (await shop.desk(f"conversations/{shop.home}/transcript"))["messages"]
    read = [(line["channel"], line["author"], line["text"][:8]) for line in lines]
    said = [each for each in read if each[1] == "customer"]
    assert [(channel, text) for channel, _, text in said if not text.startswith("KFL-")] == [
        ("web", "我要退货"),
        ("web", "换到微信继续"),
        ("wechat", YES),
        ("wechat", "SO202611"),
        ("wechat", "转人工"),
    ]
    assert ("wechat", "bot", "中文 utter") in [(channel, who, text[:8]) for channel, who, text in read]
    one = await shop.desk(f"conversations/{shop.home}")
    assert [(each["channel"], each["by"]) for each in one["channels"]] == [("web", None), ("wechat", "link")]

    await shop.desk(f"conversations/{shop.home}/claim", {})
    await shop.desk(f"conversations/{shop.home}/messages", {"text": "我来帮您退", "client_id": "d1"})
    await until(lambda: shop.phone[-1] == "我来帮您退")
    assert "agent: 我来帮您退" in await shop.page(), "the page has the whole conversation"


async def test_a_typed_code_does_as_well_as_the_link(shop: Shop) -> None:
    _, code = await shop.link_and_code()
    await shop.says("你好")
    await shop.says(f"我的关联码是 {code.lower()}")
    assert "已关联" in "\n".join(await shop.says("是"))
    assert (await shop.world.conversation("o1")).id == shop.home


async def test_wrong_used_and_expired_codes_read_alike(shop: Shop) -> None:
    _, code = await shop.link_and_code()
    wrong = await shop.says("KF-2222-2222")
    await shop.says(code)
    await shop.presses(NO)
    assert await shop.says(code) == wrong
    link, code = await shop.link_and_code()
    await change(shop.world.database, sa.update(join_codes).values(expires_at=now() - timedelta(seconds=1)))
    assert await shop.says(code) == wrong
    assert (await shop.scans(link))[-1:] == wrong
    assert (await shop.world.conversation("o1")).id != shop.home


async def test_a_code_that_somebody_else_sent_joins_nothing_by_itself(shop: Shop) -> None:
    """An attacker gives the victim a link: it asks, and whatever but a yes is no."""
    link, _ = await shop.link_and_code()
    asked = (await shop.scans(link))[-1]
    assert "那边打开会话的人也能看到" in asked
    await shop.says("这是什么")
    await shop.says("SO202611010001")
    await shop.says("是")
    assert (await shop.world.conversation("o1")).id != shop.home
    assert "SO202611010001" not in "\n".join(await shop.page())


async def test_whoever_did_not_want_it_undoes_it_on_the_page(shop: Shop) -> None:
    link, _ = await shop.link_and_code()
    await shop.scans(link)
    await shop.presses(YES)
    told = (await shop.page())[-1]
    assert "刚刚和微信关联了" in told
    await shop.writes(UNLINK)
    await until(lambda: "已解除和网页的关联" in shop.phone[-1])
    assert (await shop.world.conversation("o1")).id != shop.home
    assert await shop.says("你好") == ["中文 utter_echo text=你好"]
    assert "你好" not in "\n".join(await shop.page())


async def test_undone_on_wechat_and_joined_again(shop: Shop) -> None:
    for _ in range(2):
        link, _ = await shop.link_and_code()
        await shop.scans(link)
        await shop.presses(YES)
        assert (await shop.world.conversation("o1")).id == shop.home
        assert "网页" in "\n".join(await shop.says("解除关联"))
        assert (await shop.world.conversation("o1")).id != shop.home


async def test_everything_delivered_three_times_joins_once(shop: Shop) -> None:
    """The platform repeats the scan and the yes; each counts once."""
    shop.world.platform.lose_acknowledgements = True
    link, _ = await shop.link_and_code()
    await shop.scans(link)
    await shop.presses(YES)
    told = [line for line in shop.phone if "已关联" in line]
    assert len(told) == 1
    one = await shop.world.parts.joining.joins.endpoints(shop.home)  # type: ignore[union-attr]
    assert len(one) == 2


async def test_the_agent_sends_the_code(shop: Shop) -> None:
    await shop.writes("转人工")
    await shop.log_in()
    await shop.desk(f"conversations/{shop.home}/claim", {})
    await shop.desk(f"conversations/{shop.home}/invite", {"channel": "wechat", "client_id": "i1"})
    shown = next(line for line in reversed(await shop.page()) if "关联码" in line)
    found = re.search(r"KF-\w{4}-\w{4}", shown)
    assert found
    await shop.says(found[0])
    await shop.presses(YES)
    await shop.desk(f"conversations/{shop.home}/messages", {"text": "在微信上也能看到我", "client_id": "d1"})
    await until(lambda: shop.phone[-1] == "在微信上也能看到我")
    await shop.desk(f"conversations/{shop.home}/separate", {})
    one = await shop.desk(f"conversations/{shop.home}")
    assert [(each["channel"], each["parted_by"]) for each in one["channels"]] == [("web", None), ("wechat", "小林")]
