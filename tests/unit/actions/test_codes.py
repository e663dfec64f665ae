"""One-time codes: what they prove, how long, how often, and that a stranger learns nothing from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from actions import limits
from actions.code_limits import CodeLimits
from actions.identity.check import Identity
from actions.identity.codes import Codes, CodeVerdict
from actions.identity.steps import Step
from actions.records.care_tables import identity_codes
from actions.records.database import Database
from actions.records.own import OwnRecords
from tests.databases import rows
from tests.unit.actions.conftest import Clock

LIMITS = CodeLimits(valid_minutes=10, tries=3, sent_per_conversation=3, sent_per_customer=4, window_minutes=60)


class Outbox:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False

    async def send(self, customer_id: str, code: str, language: str) -> None:
        if self.broken:
            raise ConnectionError
        self.sent.append((customer_id, code))


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def codes(shop: Database, outbox: Outbox, clock: Clock) -> Codes:
    made: Iterator[int] = iter(range(100_001, 100_100))
    return Codes(shop, outbox, LIMITS, clock, lambda: str(next(made)))


async def verdict(codes: Codes, code: str, message_id: str, conversation: str = "c1") -> CodeVerdict:
    return (await codes.check(conversation, code, message_id)).verdict


async def proven(shop: Database, clock: Clock, conversation: str) -> tuple[str, ...]:
    return await Identity(shop, OwnRecords(shop), limits.load().identity, clock).customers_of(
        conversation, None, Step.CODE
    )


async def test_the_right_code_proves_the_customer_for_a_while(
    shop: Database, codes: Codes, outbox: Outbox, clock: Clock
) -> None:
    assert await codes.issue("c1", "C10001", "m1", "zh")
    assert await proven(shop, clock, "c1") == ()
    assert await verdict(codes, outbox.sent[0][1], "m2") is CodeVerdict.VERIFIED
    assert await proven(shop, clock, "c1") == ("C10001",)
    assert await proven(shop, clock, "c2") == ()
    clock.go_on(61)
    assert await proven(shop, clock, "c1") == ()


async def test_the_same_messages_again_change_nothing(codes: Codes, outbox: Outbox) -> None:
    for _ in range(2):
        assert await codes.issue("c1", "C10001", "m1", "zh")
    assert len(outbox.sent) == 1
    for _ in range(2):
        assert (await codes.check("c1", "000000", "m2")).tries_left == 2
    for _ in range(2):
        assert await verdict(codes, "100001", "m3") is CodeVerdict.VERIFIED
    # Another message cannot use it again.
    assert await verdict(codes, "100001", "m4") is CodeVerdict.SPENT


async def test_after_three_wrong_tries_the_right_one_is_worth_nothing(
    shop: Database, codes: Codes, clock: Clock
) -> None:
    await codes.issue("c1", "C10001", "m1", "zh")
    tried = [await verdict(codes, "000000", f"t{number}") for number in range(3)]
    assert tried == [CodeVerdict.REFUSED, CodeVerdict.REFUSED, CodeVerdict.SPENT]
    assert await verdict(codes, "100001", "m5") is CodeVerdict.SPENT
    assert await proven(shop, clock, "c1") == ()


async def test_it_is_good_for_ten_minutes_and_only_where_it_was_asked_for(codes: Codes, clock: Clock) -> None:
    await codes.issue("c1", "C10001", "m1", "zh")
    assert await verdict(codes, "100001", "m2", conversation="c2") is CodeVerdict.REFUSED
    clock.go_on(10)
    assert await verdict(codes, "100001", "m3") is CodeVerdict.SPENT


async def test_a_new_code_ends_the_one_before(codes: Codes) -> None:
    await codes.issue("c1", "C10001", "m1", "zh")
    await codes.issue("c1", "C10001", "m2", "zh")
    assert await verdict(codes, "100001", "m3") is CodeVerdict.REFUSED
    assert await verdict(codes, "100002", "m4") is CodeVerdict.VERIFIED


async def test_codes_are_limited_by_conversation_and_by_customer(codes: Codes, clock: Clock) -> None:
    assert [await codes.issue("c1", "C10001", f"m{n}", "zh") for n in range(4)] == [True, True, True, False]
    assert [await codes.issue("c2", "C10001", f"n{n}", "zh") for n in range(2)] == [True, False]
    clock.go_on(61)
    assert await codes.issue("c1", "C10001", "m9", "zh")


async def test_a_code_that_was_not_sent_counts(codes: Codes, outbox: Outbox) -> None:
    outbox.broken = True
    with pytest.raises(ConnectionError):
        await codes.issue("c1", "C10001", "m1", "zh")
    outbox.broken = False
    assert [await codes.issue("c1", "C10001", f"n{n}", "zh") for n in range(3)] == [True, True, False]


async def test_the_code_itself_is_not_kept(codes: Codes, shop: Database) -> None:
    await codes.issue("c1", "C10001", "m1", "zh")
    (row,) = await rows(shop, sa.select(identity_codes))
    assert "100001" not in str(dict(row._mapping))
