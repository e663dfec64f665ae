"""Whether a complaint is settled is asked once, at the agreed time."""

from __future__ import annotations

from datetime import timedelta

from actions.records import complaints
from actions.records.complaints import Matter
from actions.records.database import Database
from bot.conversation.speak_first import Manners
from bot.jobs.follow_ups import FollowUps
from bot.messages import Owner
from bot.ports import Parts
from tests.fakes import incoming
from tests.unit.jobs.conftest import Clock

MANNERS = Manners(frozenset({"web"}), 21, 9)


async def test_it_is_asked_once_and_not_while_a_person_talks(parts: Parts, shop: Database, clock: Clock) -> None:
    conversation = await parts.store.open_conversation("web", "maria", language="en")
    await parts.store.accept(incoming("maria", "1", "the parcel is late, I want to complain"))
    matter = Matter("m1", conversation.id, "the parcel is late", "delivery", "C10006", "SO202611010006")
    made = await shop.write(complaints.write_down, matter, clock(), 72)
    await shop.write(complaints.offer, made.number, ["coupon"], clock())
    await shop.write(complaints.take, made.number, "coupon", "m2", clock(), clock() + timedelta(hours=24))
    job = FollowUps(parts, shop, MANNERS, clock)
    assert await job.run() == 0
    clock.go_on(hours=24)
    taken, _ = await parts.store.change_owner(
        conversation.id, expected_version=conversation.version, owner=Owner.AGENT, agent="lin"
    )
    assert await job.run() == 0
    await parts.store.change_owner(conversation.id, expected_version=taken.version, owner=Owner.BOT)
    assert await job.run() == 1
    assert await job.run() == 0
    (said,) = [message for message in await parts.store.history(conversation.id) if message.key]
    assert said.key == "utter_complaint_follow_up"
    assert [button.labels["en"] for button in said.buttons] == ["Yes, it's settled", "No, not yet"]
