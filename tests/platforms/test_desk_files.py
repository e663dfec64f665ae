"""An agent's photo or file, from the desk to the customer's phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.desk.files import LARGEST
from bot.messages import Delivery
from bot.stores.accounts import Accounts
from tests.platforms.connected import Connected, connected
from tests.platforms.wechat import WechatSimulator
from tests.platforms.wecom import WecomSimulator
from tests.unit.gateway.world import PASSWORD, cheap_passwords, error_of

JPG = b"\xff\xd8\xff\xe0" + b"picture" * 30
PDF = b"%PDF-1.7 an invoice"


@pytest.fixture(params=[WechatSimulator, WecomSimulator])
async def world(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(request.param(), database_url, tmp_path) as one:
        yield one


async def at_the_desk(world: Connected) -> tuple[str, dict[str, str]]:
    """A customer's conversation that the logged-in agent has: its address, and the headers of what changes things."""
    await world.platform.says("o1", "我的鞋到底什么颜色")
    sender = f"{world.platform.open_kfid}/o1" if world.channel == "wecom" else "o1"
    await world.settled(sender)
    await world.agent(sender)
    with cheap_passwords():
        await Accounts(world.database).add_agent("lin", "小林", "agent", "zh", PASSWORD)
        answer = await world.client.post("/desk/api/login", json={"username": "lin", "password": PASSWORD})
    csrf = (await answer.json())["csrf"]
    return f"/desk/api/conversations/{(await world.conversation(sender)).id}", {"X-CSRF-Token": csrf}


async def send(world: Connected, one: str, headers: dict[str, str], data: Any, **query: str) -> Any:
    asked = {"client_id": "f1", "name": "新款.jpg", **query}
    return await world.client.post(f"{one}/files", params=asked, data=data, headers=headers)


async def test_a_photo_arrives_once_and_stands_in_the_transcript(world: Connected) -> None:
    one, headers = await at_the_desk(world)
    before = len(world.platform.customer("o1").screen)
    for _ in range(2):  # the answer to the first was lost
        answer = await send(world, one, headers, JPG)
        assert answer.status == 200, await answer.text()
        assert (await answer.json())["last_message"]["text"] == "📎 新款.jpg"
    await world.queue.served(one.rpartition("/")[2])
    shown = world.platform.customer("o1").screen[before:]
    assert [world.platform.media[each["media"]][1] for each in shown] == [JPG]
    last = (await (await world.client.get(f"{one}/transcript")).json())["messages"][-1]
    assert (last["author"], last["delivery"]) == ("agent", Delivery.SENT.value)
    assert (last["attachment"]["name"], last["attachment"]["content_type"]) == ("新款.jpg", "image/jpeg")
    kept = await world.client.get(last["attachment"]["url"])
    assert (await kept.read(), kept.headers["X-Content-Type-Options"]) == (JPG, "nosniff")


async def test_what_the_platform_does_not_take_is_told_before_it_is_sent(world: Connected) -> None:
    one, headers = await at_the_desk(world)
    takes_documents = world.channel == "wecom"
    answer = await send(world, one, headers, PDF, name="发票.pdf")
    assert answer.status == (200 if takes_documents else 415)
    if not takes_documents:
        assert "JPG, PNG, GIF, MP4" in (await answer.json())["error"]["message"]
    about = await (await world.client.get(one)).json()
    assert ("application/pdf" in about["files"]["types"]) is takes_documents
    assert about["files"]["megabytes"] == 10


async def test_nothing_that_a_browser_could_run_is_sent(world: Connected) -> None:
    one, headers = await at_the_desk(world)
    for data in (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<html><script>", b"MZ\x90", b""):
        assert await error_of(await send(world, one, headers, data, name="x.jpg")) == (415, "file_refused")
    large = JPG + b" " * (10 * 1024 * 1024)
    assert await error_of(await send(world, one, headers, large)) == (413, "file_refused")
    assert await error_of(await send(world, one, headers, b" " * (LARGEST + 1))) == (413, "too_large")


async def test_only_its_own_agent_sends_into_a_conversation(world: Connected) -> None:
    one, headers = await at_the_desk(world)
    assert await error_of(await send(world, one, {}, JPG)) == (403, "bad_csrf")
    assert await error_of(await send(world, one, headers, JPG, client_id="")) == (400, "bad_request")
    await world.client.post(f"{one}/return", json={}, headers=headers)
    assert await error_of(await send(world, one, headers, JPG)) == (409, "owner_changed")
    world.client.session.cookie_jar.clear()
    assert await error_of(await send(world, one, headers, JPG)) == (401, "not_logged_in")


async def test_a_name_is_only_a_name(world: Connected) -> None:
    one, headers = await at_the_desk(world)
    await send(world, one, headers, JPG, name="../../etc/<b>鞋\n\u202e.jpg")
    last = (await (await world.client.get(f"{one}/transcript")).json())["messages"][-1]
    assert last["attachment"]["name"] == "b_鞋.jpg"
