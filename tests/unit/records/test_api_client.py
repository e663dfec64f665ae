"""The way to a shop's API, with everything that can go wrong on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from actions.records import demo
from actions.records.api.circuit import Circuit
from actions.records.api.client import ApiClient, Patience
from actions.records.api.records import ApiRecords
from actions.records.database import Database
from actions.records.own import OwnRecords
from actions.records.port import RecordsUnavailable, Request
from actions.records.tables import customers
from tests.contracts.shop_api import TOKEN, ShopApi
from tests.databases import copy_of, rows
from tests.unit.actions.conftest import TODAY

PAID = "SO202611010001"
QUICK = Patience(connect=0.3, one_try=0.3, whole=1.5, tries=3, first_pause=0.01, longest_pause=0.02)
CANCEL = Request("cancel_order", PAID, "C10001", "talk", "m1", ("paid",), terms={"refund_days": 5})


@dataclass
class World:
    api: ShopApi
    records: ApiRecords
    circuit: Circuit
    address: str


@pytest.fixture
async def world(template: Any, tmp_path: Any) -> AsyncIterator[World]:
    database = Database(copy_of(template, tmp_path))
    await demo.seed(database, TODAY)
    people = {row.id: row for row in await rows(database, sa.select(customers))}
    api = ShopApi(OwnRecords(database), people)
    async with TestServer(api.application()) as server:
        circuit, address = Circuit(failures=3, seconds=0.3), str(server.make_url("/v1/"))
        client = ApiClient(address, TOKEN, QUICK, circuit)
        yield World(api, ApiRecords(client), circuit, address)
        await client.close()
    await database.close()


@asynccontextmanager
async def answering(handler: Any, patience: Patience = QUICK) -> AsyncIterator[ApiRecords]:
    """Records behind an API that answers everything with ``handler``."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    async with TestServer(app) as server:
        client = ApiClient(str(server.make_url("")), "", patience)
        yield ApiRecords(client)
        await client.close()


@pytest.mark.parametrize("faults", [["500"], ["500", "cut"], ["slow"], ["cut", "slow"]])
async def test_what_passes_is_tried_again(world: World, faults: list[str]) -> None:
    world.api.faults = list(faults)
    order = await world.records.order(PAID)
    assert order is not None
    assert order.state == "paid"
    assert world.api.asked[f"/v1/orders/{PAID}"] == len(faults) + 1


async def test_after_the_last_try_the_shop_is_down(world: World) -> None:
    world.api.faults = ["500"] * 3
    with pytest.raises(RecordsUnavailable):
        await world.records.order(PAID)
    assert await world.records.order(PAID) is not None


async def test_a_change_is_said_again_under_the_same_key_and_made_once(world: World) -> None:
    world.api.faults = ["500", "lost"]
    outcome = await world.records.carry_out(CANCEL)
    assert (outcome.result, outcome.state, outcome.amount_minor) == ("done", "cancelled", 31700)
    assert world.api.keys == [CANCEL.idempotency_key] * 2
    assert (await world.records.carry_out(replace(CANCEL, message_id="m2"))).result == "already"


async def test_a_malformed_answer_is_an_outage_in_our_words(world: World) -> None:
    for ask in (
        world.records.order(PAID),
        world.records.orders_of_customers(["C10001"]),
        world.records.carry_out(CANCEL),
    ):
        world.api.faults = ["malformed"]
        with pytest.raises(RecordsUnavailable, match="Malformed"):
            await ask


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<html>maintenance</html>", content_type="text/html"),
        lambda: web.Response(body=b"\xff\xfe{", content_type="application/json"),
        lambda: web.json_response([]),
        lambda: web.json_response({"orders": None}),
        lambda: web.Response(status=401),
        lambda: web.Response(status=302, headers={"Location": "/elsewhere"}),
        lambda: web.Response(body=b" " * 5_000_000, content_type="application/json"),
    ],
    ids=["html", "no utf-8", "list", "null", "refused", "redirect loop", "huge"],
)
async def test_whatever_it_answers_nothing_breaks(answer: Any) -> None:
    async def handler(request: web.Request) -> web.Response:
        made: web.Response = answer()
        return made

    async with answering(handler) as records:
        with pytest.raises(RecordsUnavailable):
            await records.orders_of_customers(["C10001"])


async def test_a_slow_answer_is_not_waited_for_longer_than_said() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    async with answering(drip) as records:
        started = asyncio.get_running_loop().time()
        with pytest.raises(RecordsUnavailable):
            await records.order(PAID)
        assert asyncio.get_running_loop().time() - started < QUICK.whole + 1


async def test_nobody_is_shown_an_order_of_somebody_else() -> None:
    theirs = {
        "order_number": "A1",
        "customer_id": "somebody else",
        "state": "paid",
        "placed_at": "2026-11-20T10:00:00+08:00",
        "total_minor": 100,
        "currency": "CNY",
    }

    async def handler(request: web.Request) -> web.Response:
        return web.json_response(
            {"orders": [theirs, {**theirs, "customer_id": "me", "placed_at": "2026-11-20T02:00Z"}]}
        )

    async with answering(handler) as records:
        (order,) = await records.orders_of_customers(["me"])
        assert (order.customer_id, order.items, order.payment_method) == ("me", (), "")


async def test_a_shop_that_is_down_is_left_alone_for_a_while(world: World) -> None:
    world.api.down = True
    for _ in range(3):
        with pytest.raises(RecordsUnavailable):
            await world.records.order(PAID)
    asked = sum(world.api.asked.values())
    for _ in range(5):
        with pytest.raises(RecordsUnavailable, match="a moment ago"):
            await world.records.order(PAID)
    assert sum(world.api.asked.values()) == asked
    world.api.down = False
    await asyncio.sleep(0.35)
    assert await world.records.order(PAID) is not None
    assert not world.circuit.open


async def test_what_a_customer_types_stays_one_part_of_the_path(world: World) -> None:
    for number in ("../customers/C10001", "SO/../x", "a?limit=1", "a#b", "%2e%2e/x", "编号 1"):
        assert await world.records.order(number) is None
    assert await world.records.order("..") is None
    assert not any(path.startswith("/v1/customers") for path in world.api.asked)


async def test_the_loop_that_asks_does_not_matter(world: World) -> None:
    """The desk asks from the gateway's loop, the actions from the brain's."""

    def from_another_loop() -> Any:
        return asyncio.run(world.records.order(PAID))

    found = await asyncio.gather(world.records.order(PAID), asyncio.to_thread(from_another_loop))
    assert [order.order_number for order in found if order] == [PAID, PAID]


async def test_nobody_there() -> None:
    client = ApiClient("http://127.0.0.1:9/v1", "", QUICK)
    with pytest.raises(RecordsUnavailable):
        await ApiRecords(client).order(PAID)
    await client.close()
