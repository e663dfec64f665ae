"""Late orders are told first, once, at a decent hour, where the customer is, and never over a person's head."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from actions.records.database import Database
from actions.records.own import OwnRecords
from actions.records.port import RecordsUnavailable
from actions.records.tables import order_items
from bot.channel_rules import ChannelRule, WindowRule
from bot.jobs import rules
from bot.jobs.late_orders import LateOrders, why_late
from bot.messages import Conversation, Customer, Owner, StoredMessage
from bot.ports import Parts
from tests.databases import change
from tests.fakes import incoming
from tests.unit.jobs.conftest import ROOT, Clock

RULES = rules.load(ROOT / "rules" / "proactive.yml")
# The rows of a test are written now, by the machine's clock.
KNOWN = replace(RULES, late_orders=replace(RULES.late_orders, known_for=timedelta(days=3650)))


async def signed_in(
    parts: Parts, customer: str = "C10006", sender: str = "maria", channel: str = "web"
) -> Conversation:
    conversation = await parts.store.open_conversation(channel, sender, language="en", customer=Customer(customer))
    await parts.store.accept(replace(incoming(sender, "1", "hello"), channel=channel))
    return await parts.store.conversation(conversation.id)


async def told(parts: Parts, conversation: Conversation) -> list[StoredMessage]:
    return [message for message in await parts.store.history(conversation.id) if message.key is not None]


@pytest.fixture
def job(parts: Parts, shop: Database, clock: Clock) -> LateOrders:
    return LateOrders(parts, OwnRecords(shop, clock), shop, KNOWN, clock)


async def test_the_customer_is_told_once_with_what_can_be_done(parts: Parts, job: LateOrders) -> None:
    conversation = await signed_in(parts)
    assert await job.run() == 1
    assert await job.run() == 0
    (message,) = await told(parts, conversation)
    assert message.key == "utter_late_order_promise"
    assert "SO202611010006" in message.text
    assert "2 days late" in message.text
    assert message.card is not None
    about = '{"order_number": "SO202611010006"}'
    assert [button.payload for button in message.buttons] == [
        f"/track_order{about}",
        f"/expedite_order{about}",
        f"/not_received{about}",
        '/request_human{"handoff_rule": "late_order"}',
    ]
    for button in message.buttons:
        assert await parts.store.button(conversation.id, button.id) == button


async def test_an_order_whose_items_the_shop_does_not_name(parts: Parts, shop: Database, job: LateOrders) -> None:
    await change(shop, sa.delete(order_items))
    conversation = await signed_in(parts)
    assert await job.run() == 1
    (message,) = await told(parts, conversation)
    assert "SO202611010006" in message.text


async def test_a_customer_whose_orders_are_in_time_is_left_alone(parts: Parts, job: LateOrders) -> None:
    await signed_in(parts, "C10003", "li")
    assert await job.run() == 0


async def test_nobody_is_woken_at_night(parts: Parts, job: LateOrders, clock: Clock) -> None:
    await signed_in(parts)
    clock.go_on(hours=10)  # ten in the evening
    assert await job.run() == 0
    clock.go_on(hours=11)  # nine in the morning
    assert await job.run() == 1


@pytest.mark.parametrize("owner", [Owner.WAITING, Owner.AGENT])
async def test_never_over_a_persons_head(parts: Parts, job: LateOrders, owner: Owner) -> None:
    conversation = await signed_in(parts)
    taken, _ = await parts.store.change_owner(conversation.id, expected_version=conversation.version, owner=owner)
    assert await job.run() == 0
    await parts.store.change_owner(conversation.id, expected_version=taken.version, owner=Owner.BOT)
    assert await job.run() == 1


async def test_where_the_customer_was_last(parts: Parts, job: LateOrders) -> None:
    first = await signed_in(parts, sender="maria at home")
    last = await signed_in(parts, sender="maria at work")
    assert await job.run() == 1
    assert await told(parts, first) == []
    assert len(await told(parts, last)) == 1


async def test_only_within_the_channels_window(parts: Parts, job: LateOrders, clock: Clock) -> None:
    await signed_in(parts, channel="messenger")
    shut = ChannelRule("messenger", windows=(WindowRule("message", timedelta(hours=24)),))
    # Nothing has opened a window yet.
    assert await replace(job, parts=replace(parts, channel_rules={"messenger": shut})).run() == 0
    assert await replace(job, parts=replace(parts, channel_rules={})).run() == 1


async def test_a_channel_that_is_not_listed_is_never_written_to(parts: Parts, job: LateOrders) -> None:
    await signed_in(parts, channel="terminal")
    assert await job.run() == 0


async def test_the_shops_system_may_be_down(parts: Parts, job: LateOrders) -> None:
    class Down:
        async def orders_of_customers(self, customer_ids: object, limit: int = 50) -> list[object]:
            raise RecordsUnavailable

    await signed_in(parts)
    assert await replace(job, records=Down()).run() == 0  # type: ignore[arg-type]
    assert await job.run() == 1


async def test_silence_of_the_courier(shop: Database, clock: Clock) -> None:
    order = await OwnRecords(shop, clock).order("SO202611010002")
    assert order is not None
    assert why_late(order, RULES.late_orders, clock()) is None
    assert why_late(replace(order, promised_on=None), RULES.late_orders, clock() + timedelta(days=3)) == "silence"
    assert why_late(order, RULES.late_orders, clock() + timedelta(days=3)) == "promise"
