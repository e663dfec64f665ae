"""A copy of one's data and its erasure, over SQLite and PostgreSQL: whole, once, and nobody else's."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.identity.codes import remember
from actions.identity.steps import Step
from actions.records import complaints, demo, privacy
from actions.records import tables as records_tables
from actions.records.care_tables import privacy_requests
from actions.records.database import Database
from bot.jobs.privacy import PATIENCE
from bot.messages import Owner
from bot.stores import tables
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.contracts.privacy_world import LI, PHOTO, START, WANG, WORDS, World, gateway, link_of
from tests.databases import change, rows
from tests.fakes import incoming


@pytest.fixture
async def world(database: Database, store: SqlAlchemyStore, tmp_path: Path) -> World:
    await demo.seed(database, date(2026, 11, 21))
    return World(database, store, tmp_path)


# --- a copy ---


async def test_a_copy_holds_everything_of_the_customer_and_nothing_of_others(world: World) -> None:
    theirs = await world.talk(LI, "li")
    await world.talk(WANG, "wang", "王芳的话")
    asked = await world.ask("export", theirs, "m1")
    assert await world.job.run() == 1
    assert await world.state(asked) == "ready"
    client = await gateway(world)
    response = await client.get(await link_of(world, theirs))
    assert response.status == 200
    assert response.headers["Content-Disposition"] == f'attachment; filename="{asked.number}.zip"'
    assert "no-store" in response.headers["Cache-Control"]
    archive = zipfile.ZipFile(io.BytesIO(await response.read()))
    assert sorted(archive.namelist()) == ["data.json", "files/001-照片.jpg", "个人资料.txt"]
    assert archive.read("files/001-照片.jpg") == PHOTO
    data = json.loads(archive.read("data.json"))
    readable = archive.read("个人资料.txt").decode("utf-8-sig")
    await client.close()
    assert [order["order_number"] for order in data["orders"]] == ["SO202611010003"]
    (conversation,) = data["conversations"]
    assert [said["by"] for said in conversation["messages"]] == ["customer", "system"]
    assert (conversation["messages"][0]["attachment"], conversation["messages"][0]["file"]) == (
        "照片.jpg",
        "files/001-照片.jpg",
    )
    assert "/desk/api/media" not in json.dumps(data)
    assert data["complaints"][0]["words"][0]["text"] == WORDS
    assert data["requests"][0]["details"] == {"phone": "13800138000"}
    assert data["feedback"][0]["article"] == "points"
    for kept in (WORDS, "SO202611010003", "13800138000", "您", "聊天记录", "投诉"):
        assert kept in readable
    assert "王芳的话" not in readable + json.dumps(data, ensure_ascii=False)
    assert "住文三路" not in readable, "agents' notes are their own"


async def test_the_customer_is_told_once_and_not_over_a_persons_head(world: World) -> None:
    theirs = await world.talk(LI, "li")
    asked = await world.ask("export", theirs, "m1")
    taken, _ = await world.store.change_owner(
        theirs.id, expected_version=theirs.version, owner=Owner.AGENT, agent="sam"
    )
    await world.job.run()
    assert await world.state(asked) == "ready"
    assert not [text for text in await world.said(theirs) if "https://" in text]
    await world.store.change_owner(theirs.id, expected_version=taken.version, owner=Owner.BOT)
    for _ in range(2):
        await world.job.run()
    assert len([text for text in await world.said(theirs) if "https://" in text]) == 1


async def test_a_link_that_was_changed_or_ran_out_opens_nothing(world: World) -> None:
    theirs, others = await world.talk(LI, "li"), await world.talk(WANG, "wang")
    asked, other = await world.ask("export", theirs, "m1"), await world.ask("export", others, "m2")
    await world.job.run()
    link = await link_of(world, theirs)
    client = await gateway(world)
    wrong = [
        link.replace(asked.number, other.number),
        link[:-1] + ("0" if link[-1] != "0" else "1"),
        link.partition("?")[0],
        link.partition("=")[0] + "=",
        link.partition("=")[0] + "=ä",
        link.replace(asked.number, "PR9999999999"),
        link.replace(asked.number, "PR1'--"),
    ]
    answers = [await client.get(each) for each in wrong]
    assert {answer.status for answer in answers} == {404}
    assert len({await answer.text() for answer in answers}) == 1
    assert (await client.head(link)).status == 405
    for _ in range(world.limits.downloads):
        assert (await client.get(link)).status == 200
    assert (await client.get(link)).status == 404
    still_good = await link_of(world, others)
    world.clock.go_on(hours=world.limits.link_hours)
    assert (await client.get(still_good)).status == 404
    await world.job.run()
    assert await world.state(other) == "expired"
    (row,) = await rows(world.database, sa.select(privacy_requests).where(privacy_requests.c.number == other.number))
    assert (row.file, row.link_key) == (None, None)
    await client.close()


async def test_while_the_shops_system_is_down_a_copy_waits(world: World) -> None:
    asked = await world.ask("export", await world.talk(LI, "li"), "m1")
    world.records.down = True
    assert await world.job.run() == 0
    assert await world.state(asked) == "waiting"
    world.records.down = False
    assert await world.job.run() == 1


async def test_a_talk_proven_by_an_order_number_alone_is_in_no_copy_but_is_erased(world: World) -> None:
    theirs = await world.talk(LI, "li")
    stranger = await world.store.open_conversation("web", "stranger", language="zh")
    accepted = await world.store.accept(incoming("stranger", "1", "别人的话"))
    await world.settle(stranger.id, accepted.message.id)
    await world.database.write(remember, stranger.id, LI, Step.ORDER, START, "SO202611010003")
    await world.ask("export", theirs, "m1")
    await world.job.run()
    (row,) = await rows(world.database, sa.select(privacy_requests))
    assert "别人的话" not in zipfile.ZipFile(io.BytesIO(row.file)).read("data.json").decode()
    await world.ask("erase", theirs, "m2")
    await world.job.run()
    await world.deliver(theirs)
    await world.job.run()
    assert "别人的话" not in await world.everything()


async def test_files_beyond_the_measure_are_named_only(world: World) -> None:
    await world.ask("export", await world.talk(LI, "li"), "m1")
    await replace(world.job, limits=replace(world.limits, files_mb=0)).run()
    archive = await world.copy()
    assert not [name for name in archive.namelist() if name.startswith("files/")]
    assert "照片.jpg" in archive.read("个人资料.txt").decode("utf-8-sig")


async def test_a_talk_in_which_somebody_else_was_proven_is_told_as_left_out(world: World) -> None:
    theirs = await world.talk(LI, "li")
    shared = await world.store.open_conversation("web", "family", language="zh")
    await world.says(shared, "全家人的话")
    for customer in (LI, WANG):
        await world.database.write(remember, shared.id, customer, Step.CODE, START, "SO202611010003")
    await world.ask("export", theirs, "m1")
    await world.job.run()
    archive = await world.copy()
    assert "全家人的话" not in archive.read("data.json").decode()
    assert json.loads(archive.read("data.json"))["conversations_left_out"] == 1
    assert "1 个对话没有放进来" in archive.read("个人资料.txt").decode("utf-8-sig")
    await world.finish(await world.ask("erase", theirs, "m2"))
    assert "全家人的话" in await world.everything()


# --- erasure ---


async def test_an_erasure_leaves_nothing_but_what_is_kept_for_the_books(world: World) -> None:
    theirs = await world.talk(LI, "li")
    others = await world.talk(WANG, "wang", "王芳的话")
    files = [each for each in (world.media._folder).rglob("*") if each.is_file()]
    asked = await world.ask("erase", theirs, "m1", hours=72)
    assert await world.job.run() == 0, "not before it is due"
    world.clock.go_on(hours=72)
    assert await world.job.run() == 1
    assert await world.state(asked) == "erasing"
    assert await world.job.run() == 0, "not before the last word is delivered"
    await world.deliver(theirs)
    assert await world.job.run() == 1
    assert await world.state(asked) == "done"
    left = await world.everything()
    for gone in (WORDS, "Name of li'", f"'{LI}'", "13800138000", "客人li住", "'li'"):
        assert gone not in left, gone
    assert world.forgotten == {theirs.id}
    assert await world.store.history(theirs.id) == []
    # Kept: that there was a complaint and a request, for whom nobody knows.
    complaint, *_ = await rows(world.database, sa.select(complaints.complaints).order_by(complaints.complaints.c.id))
    assert (complaint.cause, complaint.words) == ("goods", [])
    assert complaint.customer_id.startswith("erased:")
    # The other customer's is as it was.
    assert "王芳的话" in left
    assert len(await world.store.history(others.id)) == 2
    assert len([each for each in files if each.exists()]) == 1
    # Again, it does nothing.
    assert await world.job.run() == 0
    assert await world.everything() == left


# The shop's own records and the demo's; message ids and results; agents, and what keeps platforms and processes apart.
STAYS = {
    *("shop_customers", "shop_orders", "shop_order_items", "shop_order_addresses", "shop_courier_events"),
    *("shop_refunds", "shop_coupons", "shop_memberships", "action_outcomes"),
    *("agents", "desk_sessions", "platform_tokens", "callback_nonces", "platform_cursors", "job_leases"),
}


async def test_every_table_is_searched_or_stays_for_a_reason(world: World) -> None:
    """A new table must be thought of, here and in docs/privacy.md."""
    asked = await world.ask("erase", await world.talk(LI, "li"), "m1")
    changed = set()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        words = statement.split()
        if words[0] in ("DELETE", "UPDATE"):
            changed.add(words[2] if words[0] == "DELETE" else words[1])

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
    try:
        await world.finish(asked)
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)
    assert {*tables.metadata.tables, *records_tables.metadata.tables} - changed == STAYS


async def test_it_can_be_called_off_until_it_is_due(world: World) -> None:
    theirs = await world.talk(LI, "li")
    asked = await world.ask("erase", theirs, "m1", hours=72)
    assert await world.ask("erase", theirs, "m2", hours=72) == asked, "asked twice, it is one"
    called_off = await world.database.write(privacy.call_off, LI, world.clock(), "m3")
    assert called_off is not None
    assert (await world.database.write(privacy.call_off, LI, world.clock(), "m3")) == called_off
    assert (await world.database.write(privacy.call_off, LI, world.clock(), "m4")) is None
    world.clock.go_on(hours=100)
    assert await world.job.run() == 0
    assert await world.state(asked) == "cancelled"
    assert WORDS in await world.everything()


@pytest.mark.parametrize(
    ("customer", "matter"), [("C10001", "order"), ("C10002", "order"), ("C10004", "refund"), (LI, "complaint")]
)
async def test_what_is_open_on_the_day_stops_it(world: World, customer: str, matter: str) -> None:
    theirs = await world.talk(customer, "somebody")
    if matter == "complaint":
        await change(world.database, sa.update(complaints.complaints).values(state="open"))
    asked = await world.ask("erase", theirs, "m1")
    assert await world.job.run() == 1
    assert await world.state(asked) == "refused"
    (last,) = [each.key for each in await world.store.history(theirs.id) if "refused" in (each.key or "")]
    assert last == f"utter_privacy_erase_refused_{matter}"
    assert WORDS in await world.everything()
    # Unless the shop does not mind.
    other = await world.ask("erase", theirs, "m2")
    careless = replace(world.job, limits=replace(world.limits, not_while=()))
    await careless.run()
    assert await world.state(other) == "erasing"


async def test_nobody_is_erased_under_an_agents_hands(world: World) -> None:
    theirs = await world.talk(LI, "li")
    asked = await world.ask("erase", theirs, "m1")
    await world.job.run()
    await world.deliver(theirs)
    now = await world.store.conversation(theirs.id)
    taken, _ = await world.store.change_owner(theirs.id, expected_version=now.version, owner=Owner.AGENT, agent="sam")
    world.clock.go_on(days=2)
    assert await world.job.run() == 0
    assert await world.state(asked) == "erasing"
    await world.store.change_owner(theirs.id, expected_version=taken.version, owner=Owner.CLOSED)
    await world.deliver(theirs)
    assert await world.job.run() == 1
    assert await world.state(asked) == "done"


async def test_a_last_word_that_cannot_be_delivered_does_not_hold_it_up_for_ever(world: World) -> None:
    asked = await world.ask("erase", await world.talk(LI, "li"), "m1")
    await world.job.run()
    world.clock.go_on(seconds=PATIENCE.total_seconds() + 1)
    assert await world.job.run() == 1
    assert await world.state(asked) == "done"


async def test_one_that_fails_keeps_no_other_waiting(world: World) -> None:
    theirs, others = await world.talk(LI, "li"), await world.talk(WANG, "wang")
    broken, fine = await world.ask("erase", theirs, "m1"), await world.ask("export", others, "m2")

    async def fails(conversation_ids: Any) -> None:
        raise OSError("disk")

    job = replace(world.job, forget=fails)
    await job.run()
    await world.deliver(theirs)
    await job.run()
    assert (await world.state(broken), await world.state(fine)) == ("erasing", "ready")
    assert WORDS in await world.everything(), "all or nothing"
    await world.job.run()
    assert await world.state(broken) == "done"
