"""A complaint past its deadline is noticed: once at the desk and in the log, by a mark until somebody settles it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from actions.records import complaints
from actions.records.complaints import Complaint, Matter
from actions.records.database import Database
from bot.jobs.overdue_complaints import OverdueComplaints
from bot.ports import Parts
from tests.fakes import FakeNotifier
from tests.unit.jobs.conftest import Clock


@pytest.fixture
def job(parts: Parts, shop: Database, clock: Clock) -> OverdueComplaints:
    return OverdueComplaints(parts, shop, clock)


async def complained(parts: Parts, shop: Database, clock: Clock, message_id: str = "m1") -> Complaint:
    conversation = await parts.store.open_conversation("web", "maria", language="en")
    matter = Matter(message_id, conversation.id, "the parcel is late", "delivery")
    return await shop.write(complaints.write_down, matter, clock(), 24)


async def test_the_desk_is_told_once(job: OverdueComplaints, parts: Parts, shop: Database, clock: Clock) -> None:
    made = await complained(parts, shop, clock)
    clock.go_on(hours=23)
    assert await job.run() == 0
    clock.go_on(hours=2)
    with capture_logs() as logs:
        assert await job.run() == 1
        assert await job.run() == 0
    assert [(entry["event"], entry["complaint"]) for entry in logs] == [("complaint_overdue", made.number)]
    (note,) = await parts.store.notes(made.conversation_id)
    assert note.agent == "Kefu"
    assert f"投诉 {made.number} 已过答复期限" in note.text
    assert f"Complaint {made.number} is past its deadline" in note.text
    assert isinstance(parts.notifier, FakeNotifier)
    assert parts.notifier.published == [
        ("desk", {"type": "overdue", "conversation": made.conversation_id, "complaint": made.number})
    ]


async def test_settled_ones_are_left_alone(job: OverdueComplaints, parts: Parts, shop: Database, clock: Clock) -> None:
    made = await complained(parts, shop, clock)
    await shop.write(complaints.set_state, made.number, "closed", clock())
    clock.go_on(hours=30)
    assert await job.run() == 0


async def test_a_second_one_is_told_too(job: OverdueComplaints, parts: Parts, shop: Database, clock: Clock) -> None:
    await complained(parts, shop, clock)
    clock.go_on(hours=2)
    await complained(parts, shop, clock, "m2")
    clock.go_on(hours=23)
    assert await job.run() == 1
    clock.go_on(hours=2)
    assert await job.run() == 1


async def test_a_customer_who_was_forgotten_holds_nobody_up(
    job: OverdueComplaints, parts: Parts, shop: Database, clock: Clock
) -> None:
    gone = Matter("m0", "f" * 32, "too late", "delivery")
    await shop.write(complaints.write_down, gone, clock() - timedelta(hours=5), 24)
    await complained(parts, shop, clock)
    clock.go_on(hours=25)
    assert await job.run() == 1


async def test_the_longest_overdue_comes_first(parts: Parts, shop: Database, clock: Clock) -> None:
    first = await complained(parts, shop, clock)
    later = await shop.write(complaints.write_down, Matter("m9", first.conversation_id, "again", "staff"), clock(), 48)
    assert later.number == first.number, "said within the hour, it belongs to the first"
    clock.go_on(hours=2)
    second = await shop.write(complaints.write_down, Matter("m8", first.conversation_id, "rude", "staff"), clock(), 24)
    clock.go_on(hours=30)
    assert [made.number for made in await shop.read(complaints.overdue, clock())] == [first.number, second.number]
