"""Services in our own tables: a new address, a refund that is started once, and what waits for the staff."""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa

from actions.records.database import Database
from actions.records.earlier_requests import earlier_requests
from actions.records.models import Outcome
from actions.records.own import OwnRecords
from actions.records.port import Request
from actions.records.tables import order_addresses, orders, refunds
from tests.databases import rows

PAID, DELIVERED = "SO202611010001", "SO202611010003"
OWNER = {PAID: "C10001", DELIVERED: "C10003"}


async def ask(shop: Database, kind: str, number: str, message: str, states: tuple[str, ...], **rest: Any) -> Outcome:
    request = Request(kind, number, OWNER[number], "talk", message, allowed_states=states, **rest)
    return await OwnRecords(shop).carry_out(request)


async def refunds_of(shop: Database, number: str) -> list[Any]:
    return [row for row in await rows(shop, sa.select(refunds)) if row.order_number == number]


async def test_the_latest_address_counts(shop: Database) -> None:
    for message, address in (("m1", "文三路90号"), ("m2", "建国路88号"), ("m2", "建国路88号")):
        outcome = await ask(shop, "change_address", PAID, message, ("paid",), details={"new_address": address})
        assert (outcome.result, outcome.state) == ("done", "paid")
        assert outcome.reference.startswith("RQ")
    (row,) = await rows(shop, sa.select(order_addresses))
    assert row.address == "建国路88号"


async def test_a_shipped_order_keeps_its_address(shop: Database) -> None:
    outcome = await ask(shop, "change_address", DELIVERED, "m1", ("paid",), details={"new_address": "x"})
    assert (outcome.result, outcome.reason) == ("refused", "state")
    assert await rows(shop, sa.select(order_addresses)) == []


async def test_what_the_rules_grant_is_approved_at_once(shop: Database) -> None:
    terms = {"amount_minor": 3200, "granted": True}
    outcome = await ask(shop, "request_refund", DELIVERED, "m1", ("delivered",), terms=terms)
    assert (outcome.result, outcome.state, outcome.amount_minor) == ("done", "refunding", 3200)
    (refund,) = await refunds_of(shop, DELIVERED)
    assert (refund.state, refund.amount_minor, refund.expected_on) == ("approved", 3200, None)


async def test_everything_else_is_reviewed(shop: Database) -> None:
    terms = {"amount_minor": 39900, "granted": False}
    outcome = await ask(shop, "return_item", DELIVERED, "m1", ("delivered",), terms=terms)
    assert (outcome.result, outcome.state) == ("noted", "refunding")
    (refund,) = await refunds_of(shop, DELIVERED)
    assert refund.state == "requested"


async def test_many_wishes_at_once_start_one_refund(shop: Database) -> None:
    terms = {"amount_minor": 39900, "granted": False}
    kinds = ("return_item", "request_refund", "wrong_or_damaged_item")
    outcomes = await asyncio.gather(
        *(ask(shop, kinds[number % 3], DELIVERED, f"m{number}", ("delivered",), terms=terms) for number in range(9))
    )
    assert sorted(outcome.result for outcome in outcomes) == ["noted", *["refused"] * 8]
    assert len(await refunds_of(shop, DELIVERED)) == 1


async def test_a_replacement_is_left_to_the_staff_and_moves_no_money(shop: Database) -> None:
    outcome = await ask(
        shop, "wrong_or_damaged_item", DELIVERED, "m1", ("delivered",), details={"damage_remedy": "resend"}
    )
    assert (outcome.result, outcome.state) == ("noted", "delivered")
    assert await refunds_of(shop, DELIVERED) == []
    states = {row.order_number: row.state for row in await rows(shop, sa.select(orders))}
    assert states[DELIVERED] == "delivered"


async def test_earlier_requests_are_remembered_by_kind(shop: Database) -> None:
    await ask(shop, "request_invoice", PAID, "m1", ("paid",), details={"invoice_title": "张伟"})
    await ask(shop, "request_invoice", PAID, "m2", ("paid",), details={"invoice_title": "李雷"})
    found = await shop.read(earlier_requests, PAID, "request_invoice")
    assert [(request.details["invoice_title"], request.state) for request in found] == [
        ("李雷", "open"),
        ("张伟", "open"),
    ]
    assert await shop.read(earlier_requests, PAID, "exchange_item") == ()
