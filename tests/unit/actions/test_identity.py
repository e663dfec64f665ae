"""Who may see an order. Whatever somebody tries, the limits hold and nothing is given away."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.identity.check import Check, Identity, Verdict
from actions.limits import IdentityLimits
from actions.records import demo
from actions.records.database import Database
from actions.records.own import OwnRecords
from actions.records.port import RecordsUnavailable
from actions.records.tables import attempts, orders, verifications
from tests.databases import change, copy_of, rows
from tests.outages import CanFail
from tests.unit.actions.conftest import TODAY, Clock

LIMITS = IdentityLimits(
    attempts_per_conversation=3,
    attempts_per_order=5,
    attempts_per_customer=7,
    attempts_per_address=10,
    conversation_window_minutes=1440,
    order_window_minutes=60,
    customer_window_minutes=1440,
    address_window_minutes=60,
    verified_for_minutes=60,
)
ALICE, DIGITS, UNKNOWN = "SO202611010002", "8002", "SO999999999999"


class Desk:
    """Tries with fresh message ids, as a customer's messages have them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.identity = Identity(database, OwnRecords(database), LIMITS, now=clock)
        self.messages = 0

    async def __call__(
        self, number: str, digits: str, talk: str = "talk", address: str = "1.1.1.1", message: str | None = None
    ) -> Check:
        self.messages += 1
        return await self.identity.verify(talk, number, digits, address, message or f"m{self.messages}")


async def test_right_digits_open_the_customers_orders_in_this_conversation_only(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    assert (await tries(ALICE, DIGITS)).verdict is Verdict.VERIFIED
    assert await tries.identity.customers_of("talk", None) == ("C10002",)
    assert await tries.identity.customers_of("another talk", None) == ()


async def test_verification_ends_after_its_time(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    await tries(ALICE, DIGITS)
    clock.go_on(61)
    assert await tries.identity.customers_of("talk", None) == ()
    assert (await tries(ALICE, DIGITS)).verdict is Verdict.VERIFIED
    assert await tries.identity.customers_of("talk", None) == ("C10002",)


async def test_a_signed_customer_is_verified_for_themselves(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    assert await tries.identity.customers_of("talk", "C10001") == ("C10001",)
    await tries(ALICE, DIGITS)
    assert await tries.identity.customers_of("talk", "C10001") == ("C10001", "C10002")


async def test_the_third_wrong_try_is_the_last_even_for_the_right_digits(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    found = [await tries(ALICE, digits) for digits in ("0000", "1111", "2222", DIGITS)]
    assert [(check.verdict, check.attempts_left) for check in found] == [
        (Verdict.WRONG, 2),
        (Verdict.WRONG, 1),
        (Verdict.EXHAUSTED, 0),
        (Verdict.EXHAUSTED, 0),
    ]
    assert await tries.identity.customers_of("talk", None) == ()


async def test_a_success_gives_no_tries_back(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    await tries("SO202611010001", "0000")
    await tries(ALICE, DIGITS)
    assert (await tries("SO202611010001", "0001")).attempts_left == 1


async def test_a_message_handled_again_counts_once_and_gets_the_same_verdict(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    first = await tries(ALICE, "0000", message="again")
    assert await tries(ALICE, "0000", message="again") == first
    assert await tries.identity.tries_left("talk") == 2


async def test_an_order_cools_down_whoever_tries_and_whether_it_exists_or_not(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    for number in (ALICE, UNKNOWN):
        for count in range(5):
            await tries(number, "0000", talk=f"{number}{count}", address=f"9.9.{count}.{number}")
        check = await tries(number, DIGITS, talk=f"{number} later", address="2.2.2.2")
        assert check.verdict is Verdict.COOLING_DOWN
    clock.go_on(61)
    assert (await tries(ALICE, DIGITS, talk="next day")).verdict is Verdict.VERIFIED


async def test_an_address_cools_down_over_all_orders(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    for count in range(10):
        await tries(f"SO00000000000{count}", "0000", talk=f"talk {count}")
    assert (await tries(ALICE, DIGITS, talk="fresh")).verdict is Verdict.COOLING_DOWN
    assert (await tries(ALICE, DIGITS, talk="fresh", address="2.2.2.2")).verdict is Verdict.VERIFIED


async def test_a_customer_is_protected_over_all_their_orders_and_nothing_is_given_away(
    shop: Database, clock: Clock
) -> None:
    await change(shop, sa.update(orders).values(customer_id="C10002"))
    tries = Desk(shop, clock)
    for count in range(7):
        await tries(f"SO20261101000{count % 5 + 1}", "0000", talk=f"talk {count}", address=f"9.9.9.{count}")
    fresh = {"talk": "fresh", "address": "2.2.2.2"}
    unknown = {"talk": "unknown", "address": "3.3.3.3"}
    assert await tries("SO202611010006", DIGITS, **fresh) == await tries(UNKNOWN, DIGITS, **unknown)
    assert await tries.identity.customers_of("fresh", None) == ()
    clock.go_on(24 * 60 + 1)
    assert (await tries("SO202611010006", DIGITS, **fresh)).verdict is Verdict.VERIFIED


async def test_an_outage_costs_no_try(shop: Database, clock: Clock) -> None:
    records = CanFail(OwnRecords(shop))
    identity = Identity(shop, records, LIMITS, now=clock)
    records.down = True
    for count in range(5):
        with pytest.raises(RecordsUnavailable):
            await identity.verify("talk", ALICE, DIGITS, "1.1.1.1", f"m{count}")
    records.down = False
    assert await identity.tries_left("talk") == 3
    assert (await identity.verify("talk", ALICE, DIGITS, "1.1.1.1", "m0")).verdict is Verdict.VERIFIED


async def test_a_try_that_a_crash_cut_short_is_counted_and_can_be_ended(shop: Database, clock: Clock) -> None:
    class Dies(OwnRecords):
        async def owner(self, order_number: str, last_four: str) -> str | None:
            raise KeyError("the process died")

    with pytest.raises(KeyError):
        await Identity(shop, Dies(shop), LIMITS, now=clock).verify("talk", ALICE, DIGITS, "1.1.1.1", "m1")
    tries = Desk(shop, clock)
    assert await tries.identity.tries_left("talk") == 2
    assert (await tries(ALICE, DIGITS, message="m1")).verdict is Verdict.VERIFIED
    assert await tries.identity.tries_left("talk") == 3


async def test_without_an_address_nobody_is_limited_by_it(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    for count in range(12):
        await tries(f"SO0000000000{count:02}", "0000", talk=f"talk {count}", address="")
    assert (await tries(ALICE, DIGITS, talk="fresh", address="")).verdict is Verdict.VERIFIED


async def test_tries_at_the_same_moment_do_not_slip_past_the_limit(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    found = await asyncio.gather(*(tries(ALICE, f"000{number}", address="") for number in range(8)))
    assert sum(check.verdict is Verdict.WRONG for check in found) == 2
    assert len(await rows(shop, sa.select(attempts))) == 3


async def test_old_tries_are_forgotten(shop: Database, clock: Clock) -> None:
    tries = Desk(shop, clock)
    await tries(ALICE, "0000", talk="old")
    clock.go_on(1441)
    await tries(ALICE, "0000", talk="new")
    assert [row.conversation_id for row in await rows(shop, sa.select(attempts))] == ["new"]


REAL = [f"SO20261101000{number}" for number in range(1, 4)]
ORDERS = [*REAL, UNKNOWN, "SO888888888888"]
TRY = st.tuples(
    st.sampled_from(ORDERS),
    st.sampled_from(["8001", "8002", "8003", "0000", "9999"]),
    st.sampled_from(["talk a", "talk b", "talk c", "talk d"]),
    st.sampled_from(["1.1.1.1", "2.2.2.2", ""]),
    st.sampled_from([0, 0, 0, 5, 61]),
)


def test_no_sequence_of_tries_passes_a_limit_or_tells_real_orders_from_invented_ones(
    template: Path, tmp_path: Path
) -> None:
    loop = asyncio.new_event_loop()
    database, empty = (loop.run_until_complete(_shop(copy_of(template, tmp_path))) for _ in range(2))

    @settings(max_examples=40, deadline=None)
    @given(tried=st.lists(TRY, max_size=25))
    def run(tried: list[Any]) -> None:
        loop.run_until_complete(_no_sequence(database, empty, tried))

    run()
    for each in (database, empty):
        loop.run_until_complete(each.close())
    loop.close()


async def _shop(url: str) -> Database:
    database = Database(url)
    await demo.seed(database, TODAY)
    return database


async def _no_sequence(database: Database, empty: Database, tried: list[Any]) -> None:
    """Two shops side by side: in the second, no order number is ever right. Up to a success, they answer the same."""
    for each in (database, empty):
        await change(each, attempts.delete(), verifications.delete())
    clock = Clock()
    real, blind = Desk(database, clock), Desk(empty, clock)
    alike = True
    for number, digits, talk, address, minutes in tried:
        clock.go_on(minutes)
        found = await real(number, digits, talk, address)
        if found.verdict is Verdict.VERIFIED:
            assert number in REAL
            assert digits == f"800{number[-1]}"
            alike = False
        elif alike:
            assert found == await blind(number.replace("SO2", "SO7"), digits, talk, address)
        await _within_limits(database, clock)


async def _within_limits(database: Database, clock: Clock) -> None:
    wrong = [row for row in await rows(database, sa.select(attempts)) if not row.ok]
    hour_ago = clock() - timedelta(minutes=60)
    recent = [row for row in wrong if row.at > hour_ago]
    by_talk = Counter(row.conversation_id for row in wrong if row.at > clock() - timedelta(minutes=1440))
    by_order = Counter(row.order_number for row in recent)
    by_address = Counter(row.address for row in recent if row.address)
    assert max(by_talk.values(), default=0) <= LIMITS.attempts_per_conversation
    assert max(by_order.values(), default=0) <= LIMITS.attempts_per_order
    assert max(by_address.values(), default=0) <= LIMITS.attempts_per_address
