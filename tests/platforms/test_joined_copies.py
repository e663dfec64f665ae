"""What a joined chat may see of the other one: files and the customer's own copy, no more than the page shows."""

from __future__ import annotations

import re
from typing import Any

from tests.platforms.connected import until
from tests.platforms.test_joining import UNLINK, YES, Shop, shop

__all__ = ["shop"]

JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"


async def join_wechat(shop: Shop) -> None:
    link, _ = await shop.link_and_code()
    await shop.scans(link)
    await shop.presses(YES)


async def copy_of(shop: Shop, session: str | None = None) -> str:
    """The lines that the customer's own copy holds, without their times."""
    answer = await shop.world.client.get("/channels/web/transcript", params={"session": session or shop.session})
    assert answer.status == 200, await answer.text()
    text = (await answer.read()).decode("utf-8-sig")
    return "\n".join(line.partition("] ")[2] or line for line in text.splitlines())


async def files_on(shop: Shop, session: str) -> list[dict[str, Any]]:
    answer = await shop.world.client.get("/channels/web/messages", params={"session": session})
    return [each["attachment"] for each in (await answer.json())["messages"] if each["attachment"]]


async def fetched(shop: Shop, address: str, session: str) -> tuple[int, bytes]:
    answer = await shop.world.client.get(address, params={"session": session})
    return answer.status, await answer.read()


async def another(shop: Shop) -> str:
    opened = await (await shop.world.client.post("/channels/web/sessions", json={"language": "zh"})).json()
    session: str = opened["session"]
    return session


async def shows(shop: Shop) -> None:
    """The customer sends a photo on WeChat."""
    before = len(shop.phone)
    await shop.world.platform.shows("o1", JPEG)
    await until(lambda: len(shop.phone) > before)


async def test_a_photo_sent_on_wechat_is_seen_in_the_joined_page_and_by_nobody_else(shop: Shop) -> None:
    await shows(shop)
    await join_wechat(shop)
    assert await files_on(shop, shop.session) == [], "what the other channel had said before is not the page's"
    await shows(shop)
    (shown,) = await files_on(shop, shop.session)
    assert await fetched(shop, shown["url"], shop.session) == (200, JPEG)
    stranger = await another(shop)
    assert (await fetched(shop, shown["url"], stranger))[0] == 404
    await shop.log_in()
    lines = (await shop.desk(f"conversations/{shop.home}/transcript"))["messages"]
    assert [each["channel"] for each in lines if each["attachment"]] == ["wechat", "wechat"]


async def test_a_photo_sent_on_the_page_is_in_the_one_transcript_and_stays_the_pages(shop: Shop) -> None:
    await join_wechat(shop)
    query = {"session": shop.session, "client_id": "f1", "name": "碎了.jpg"}
    brought = await (await shop.world.client.post("/channels/web/files", params=query, data=JPEG)).json()
    body = {"session": shop.session, "client_id": "m1", "attachment": brought["attachment"]}
    await shop.world.client.post("/channels/web/messages?wait=20", json=body)
    await shop.log_in()
    lines = (await shop.desk(f"conversations/{shop.home}/transcript"))["messages"]
    assert [(each["channel"], each["attachment"]["name"]) for each in lines if each["attachment"]] == [
        ("web", "碎了.jpg")
    ]
    assert "您：[文件：碎了.jpg]" in await copy_of(shop)


async def test_the_copy_holds_what_the_page_shows_of_a_joined_chat(shop: Shop) -> None:
    await shop.writes("我在网页")
    await shop.says("这是以前在微信说的")
    await join_wechat(shop)
    await shop.says("这是现在在微信说的")
    menu = await shop.world.client.get("/channels/web/menu", params={"session": shop.session})
    assert (await menu.json())["channels"] == [], "the customer is there already"
    copy = await copy_of(shop)
    assert "您：我在网页" in copy
    assert "您：这是现在在微信说的" in copy
    assert not re.search(r"KF-\w{4}-\w{4}|ticket=\w", copy), "whoever reads it cannot join"
    assert "以前" not in copy, "the other channel's past stays its own"
    assert copy.index("我在网页") < copy.index("现在在微信")
    await shop.writes(UNLINK)
    await shop.says("这是分开以后说的")
    assert "分开以后" not in await copy_of(shop)


async def test_a_page_that_came_later_keeps_its_own_beginning(shop: Shop) -> None:
    await shop.says("我在微信开始")
    code = re.search(r"KF-\w{4}-\w{4}", "\n".join(await shop.says("换到网页继续")))
    assert code
    await shop.writes("我在网页也说过")
    await shop.writes(code[0])
    await shop.writes(YES)
    await shop.writes("接着说")
    copy = await copy_of(shop)
    order = [copy.index(each) for each in ("我在微信开始", "我在网页也说过", "您：接着说")]
    assert order == sorted(order), "one line of time"
    await shop.writes(UNLINK)
    parted = await copy_of(shop)
    assert "我在网页也说过" in parted
    assert "我在微信开始" not in parted
    assert "接着说" not in parted, "what was said stays where it was said"
