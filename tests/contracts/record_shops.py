"""The same demo shop behind every implementation of the order records, with somebody at the shop to change an order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestServer

from actions.records import demo
from actions.records.api.circuit import Circuit
from actions.records.api.client import ApiClient, Patience
from actions.records.api.records import ApiRecords
from actions.records.database import Database, driver_url
from actions.records.ledger import Ledger
from actions.records.mapped import reading
from actions.records.mapped.database import ShopDatabase
from actions.records.mapped.records import MappedRecords
from actions.records.own import OwnRecords
from actions.records.port import OrderRecords
from actions.records.tables import customers, orders, refunds
from tests.contracts import other_shop
from tests.contracts.shop_api import TOKEN, ShopApi
from tests.databases import change, copy_of, postgres_copy, rows
from tests.outages import CanFail
from tests.unit.actions.conftest import TODAY, Clock

MAPPING = Path(__file__).with_name("other_shop.yml")
SHOPS = ("own sqlite", "own postgresql", "mapped sqlite", "mapped postgresql", "api")
QUICK = Patience(connect=0.5, one_try=0.6, whole=2.5, tries=3, first_pause=0.01, longest_pause=0.05)


@dataclass
class Shop:
    """``ours`` is Kefu's database; ``set_state``: the staff change an order; ``switch`` the shop's system on or off."""

    records: OrderRecords
    ours: Database
    clock: Clock
    set_state: Callable[[str, str], Awaitable[None]]
    person: Callable[[int], str]
    refunds_of: Callable[[str], Awaitable[int]]
    switch: Callable[[bool], None] | None = None
    lose_next_answer: Callable[[], None] | None = None
    after_sale: Callable[[], Awaitable[list[str]]] | None = None
    """Why things come back, where the shop keeps a table of that itself."""

    @property
    def ledger(self) -> Ledger:
        assert isinstance(self.records, Ledger)
        return self.records


@asynccontextmanager
async def open_shop(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Shop]:
    """``kind`` is one of SHOPS."""
    how, _, theirs = kind.partition(" ")
    async with AsyncExitStack() as stack:
        url = stack.enter_context(_url(theirs if how == "own" else "sqlite", request, folder))
        ours = Database(url)
        stack.push_async_callback(ours.close)
        if how == "own":
            await demo.seed(ours, TODAY)
            yield _own(ours)
        elif how == "mapped":
            yield await _mapped(ours, stack.enter_context(_url(theirs, request, folder)), request, folder, stack)
        else:
            yield await _api(ours, request, folder, stack)


@contextmanager
def _url(kind: str, request: pytest.FixtureRequest, folder: Path) -> Any:
    if kind == "postgresql":
        with postgres_copy(request.getfixturevalue("postgres")) as url:
            yield url
    else:
        yield copy_of(request.getfixturevalue("template"), folder)


def _own(ours: Database) -> Shop:
    clock = Clock()
    return Shop(OwnRecords(ours, clock), ours, clock, _state_setter(ours), _our_person, _refund_counter(ours))


async def _mapped(
    ours: Database, url: str, request: pytest.FixtureRequest, folder: Path, stack: AsyncExitStack
) -> Shop:
    clock, source = Clock(), await _demo_shop(request, folder, stack)
    _fill(url, source)
    database = ShopDatabase(url)
    stack.push_async_callback(database.close)
    failing = CanFail(MappedRecords(database, reading.load(MAPPING), clock))

    async def set_state(number: str, state: str) -> None:
        table = other_shop.orders
        changed = table.update().where(table.c.单号 == number).values(状态=other_shop.STATES[state])
        await database.write(lambda connection: connection.execute(changed))

    async def refunds_of(number: str) -> int:
        table, query = other_shop.orders, sa.select(sa.func.count()).select_from(other_shop.refunds)
        query = query.join(table, table.c.ID == other_shop.refunds.c.订单ID).where(table.c.单号 == number)
        return await database.read(lambda connection: int(connection.execute(query).scalar_one()))

    def switch(on: bool) -> None:
        failing.down = not on

    def lose() -> None:
        failing.loses_answers = True

    async def after_sale() -> list[str]:
        return [row.说明 for row in await rows(database, sa.select(other_shop.returns))]

    records, person = Ledger(ours, failing, clock), "1000{}".format
    return Shop(records, ours, clock, set_state, person, refunds_of, switch, lose, after_sale)


async def _api(ours: Database, request: pytest.FixtureRequest, folder: Path, stack: AsyncExitStack) -> Shop:
    clock, source = Clock(), await _demo_shop(request, folder, stack)
    people = {row.id: row for row in await rows(source, sa.select(customers))}
    api = ShopApi(OwnRecords(source, clock), people)
    server = TestServer(api.application())
    await server.start_server()
    stack.push_async_callback(server.close)
    client = ApiClient(str(server.make_url("/v1")), TOKEN, QUICK, Circuit(seconds=0.0))
    stack.push_async_callback(client.close)

    def switch(on: bool) -> None:
        api.down = not on

    def lose() -> None:
        api.faults += ["lost"] * QUICK.tries

    records = Ledger(ours, ApiRecords(client, clock), clock)
    return Shop(records, ours, clock, _state_setter(source), _our_person, _refund_counter(source), switch, lose)


async def _demo_shop(request: pytest.FixtureRequest, folder: Path, stack: AsyncExitStack) -> Database:
    database = Database(copy_of(request.getfixturevalue("template"), folder))
    stack.push_async_callback(database.close)
    await demo.seed(database, TODAY)
    return database


def _fill(url: str, source: Database) -> None:
    from actions.records import repository

    with source.engine.begin() as connection:
        people = connection.execute(sa.select(customers)).all()
        found = repository.orders_of_customers(connection, [person.id for person in people], 50)
        money_back = [repository.refund(connection, order.order_number) for order in found]
    engine = sa.create_engine(driver_url(url), future=True)
    with engine.begin() as connection:
        other_shop.fill(connection, found, [refund for refund in money_back if refund], people)
    engine.dispose()


def _state_setter(database: Database) -> Callable[[str, str], Awaitable[None]]:
    async def set_state(number: str, state: str) -> None:
        await change(database, orders.update().where(orders.c.order_number == number).values(state=state))

    return set_state


def _refund_counter(database: Database) -> Callable[[str], Awaitable[int]]:
    async def refunds_of(number: str) -> int:
        return len(await rows(database, sa.select(refunds).where(refunds.c.order_number == number)))

    return refunds_of


def _our_person(number: int) -> str:
    return f"C1000{number}"
