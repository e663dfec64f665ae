"""Copies and erasures where chats are joined: a customer's own are one, and another one's words stay another one's."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.identity.steps import Step
from actions.records import demo
from actions.records.care_tables import privacy_requests
from actions.records.database import Database
from actions.records.port import Request
from actions.records.tables import service_requests
from bot.messages import Conversation
from bot.stores.join_tables import join_attempts, join_codes, joins
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.contracts.privacy_world import LI, START, WANG, World
from tests.databases import change, rows


@pytest.fixture
async def world(database: Database, store: SqlAlchemyStore, tmp_path: Path) -> World:
    await demo.seed(database, date(2026, 11, 21))
    return World(database, store, tmp_path)


async def signed_home(world: World) -> Conversation:
    return await world.chat("web", "li", "网页上说的", LI)


async def wechat(world: World, words: str = "微信里说的") -> Conversation:
    return await world.chat("wechat", "openid", words)


async def test_every_joined_chat_of_a_customer_is_in_it_whichever_they_ask_on(world: World) -> None:
    home, guest = await signed_home(world), await wechat(world)
    other = await world.chat("messenger", "psid", "Messenger里说的")
    await world.join(guest, home)
    await world.join(other, home)
    await world.ask_as("export", LI, await world.says(guest, "导出我的数据"))
    await world.job.run()
    said = await world.texts_in_copy()
    assert {"网页上说的", "微信里说的", "Messenger里说的", "导出我的数据"} <= set(said)
    data = json.loads((await world.copy()).read("data.json"))
    assert [(each["from"], each["to"]) for each in data["joined_chats"]] == [("wechat", "web"), ("messenger", "web")]
    assert "关联过的对话" in (await world.copy()).read("个人资料.txt").decode("utf-8-sig")
    await world.finish(await world.ask_as("erase", LI, await world.says(other, "删除我的数据")))
    left = await world.everything()
    for gone in ("里说的", "上说的", "openid", "psid", LI, "Name of"):
        assert gone not in left, gone
    assert world.forgotten == {home.id, guest.id, other.id}
    assert [await rows(world.database, sa.select(table)) for table in (join_codes, join_attempts)] == [[], []]
    assert {row.parted_by for row in await rows(world.database, sa.select(joins))} == {"erased"}


async def test_who_was_proven_on_a_guest_is_asked_for_at_home_and_at_its_other_guests(world: World) -> None:
    home, guest = await world.chat("web", "visitor", "网页上说的"), await wechat(world)
    await world.prove(guest, LI, Step.CODE)
    other = await world.chat("messenger", "psid", "Messenger里说的")
    await world.join(guest, home)
    await world.join(other, home)
    await world.ask_as("export", LI, await world.says(guest, "导出我的数据"))
    await world.job.run()
    assert {"网页上说的", "微信里说的", "Messenger里说的"} <= set(await world.texts_in_copy())


async def test_a_home_that_was_lent_a_signature_stays_its_own_customers(world: World) -> None:
    """Somebody verified on WeChat; a logged-in customer joined them there by mistake."""
    home = await wechat(world, "王芳的话")
    await world.prove(home, WANG, Step.ORDER)
    guest = await signed_home(world)
    await world.join(guest, home)
    await world.says(home, "王芳后来的话")
    await world.says(guest, "关联后说的")
    assert (await world.store.conversation(home.id)).customer is not None, "lent"
    await world.ask_as("export", LI, await world.says(guest, "导出我的数据"))
    await world.job.run()
    assert set(await world.texts_in_copy()) == {"网页上说的", "KF-1", "是的", "关联后说的", "导出我的数据"}
    await world.finish(await world.ask_as("erase", LI, await world.says(guest, "删除我的数据")))
    left = await world.everything()
    assert "王芳的话" in left
    assert "王芳后来的话" in left
    for gone in ("上说的", "关联后说的", LI, "Name of li"):
        assert gone not in left, gone
    kept = await world.store.conversation(home.id)
    assert (kept.customer, kept.sender, kept.endpoint) == (None, "openid", home.id)
    assert (await world.says(home, "还在")).conversation_id == home.id


async def test_a_guest_who_was_proven_as_somebody_else_is_another_one(world: World) -> None:
    home, guest = await signed_home(world), await wechat(world, "王芳的话")
    await world.prove(guest, WANG, Step.ORDER)
    await world.join(guest, home)
    await world.says(guest, "王芳关联后的话")
    await world.ask_as("export", LI, await world.says(home, "导出我的数据"))
    await world.job.run()
    assert set(await world.texts_in_copy()) == {"网页上说的", "导出我的数据"}
    await world.finish(await world.ask_as("erase", LI, await world.says(home, "删除我的数据")))
    left = await world.everything()
    assert "王芳的话" in left
    assert "王芳关联后的话" in left
    assert "网页上说的" not in left
    # Nobody writes into what was emptied.
    assert (await world.says(guest, "在吗")).conversation_id == guest.id


@pytest.mark.parametrize("kind", ["export", "erase"])
async def test_once_parted_a_home_is_its_own_again(world: World, kind: str) -> None:
    """What a guest wrote there is still theirs; the rest never was. Nothing is told there any more."""
    home = await world.chat("wechat", "openid", "王芳的话")
    guest = await signed_home(world)
    await world.join(guest, home)
    await world.says(guest, "关联后说的")
    asked = await world.ask_as(kind, LI, await world.says(guest, "请办一下"), hours=72)
    await world.part(guest, home)
    world.clock.go_on(hours=72)
    if kind == "export":
        assert await world.state(asked) == "cancelled"
        await world.ask_as(kind, LI, await world.says(guest, "再导出一次"))
        await world.job.run()
        assert set(await world.texts_in_copy()) >= {"网页上说的", "关联后说的", "再导出一次"}
        assert "王芳的话" not in await world.texts_in_copy()
    else:
        await world.finish(asked)
        left = await world.everything()
        assert "王芳的话" in left
        assert "关联后说的" not in left
    assert not [key for each in await world.store.history(home.id) if "privacy" in (key := each.key or "")]


async def test_a_copy_that_was_asked_for_before_a_join_is_not_told_to_who_joined(world: World) -> None:
    home, guest = await signed_home(world), await wechat(world)
    asked = await world.ask_as("export", LI, await world.says(home, "导出我的数据"))
    await world.job.run()
    assert await world.state(asked) == "ready"
    await world.join(guest, home)
    assert await world.state(asked) == "cancelled"
    (row,) = await rows(world.database, sa.select(privacy_requests))
    assert (row.file, row.link_key) == (None, None)
    again = await world.ask_as("export", LI, await world.says(home, "再导出一次"))
    assert again.number != asked.number


async def test_a_request_for_another_ones_order_is_neither_told_nor_emptied(world: World) -> None:
    home = await signed_home(world)
    said = await world.says(home, "帮妈妈改地址")
    address = {"new_address": "朝阳区建国路八十八号"}
    await world.records.carry_out(Request("expedite_order", "SO202611010005", WANG, home.id, said.id, details=address))
    await world.ask_as("export", LI, await world.says(home, "导出我的数据"))
    await world.job.run()
    assert "建国路" not in (await world.copy()).read("data.json").decode()
    await world.finish(await world.ask_as("erase", LI, await world.says(home, "删除我的数据")))
    (kept,) = await rows(world.database, sa.select(service_requests))
    assert (kept.customer_id, kept.details) == (WANG, address)


async def test_tries_at_joining_go_and_tries_at_their_orders_lead_to_nobody(world: World) -> None:
    home = await signed_home(world)
    tried = {"message_id": "t1", "endpoint_id": home.id, "address": "203.0.113.7", "at": START}
    await change(world.database, join_attempts.insert().values(**tried))
    await world.finish(await world.ask_as("erase", LI, await world.says(home, "删除我的数据")))
    assert "203.0.113.7" not in await world.everything()
