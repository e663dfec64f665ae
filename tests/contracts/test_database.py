"""One transaction a piece of work, on every database."""

from __future__ import annotations

import asyncio
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.database import Database
from actions.records.tables import customers
from tests.databases import postgres_copy


def add(connection: Connection, name: str) -> None:
    connection.execute(customers.insert().values(id=name, name=name, phone="1", last_four="1111"))


def names(connection: Connection) -> list[str]:
    return list(connection.execute(sa.select(customers.c.name).order_by(customers.c.id)).scalars())


class Slow:
    """A write that is under way until it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self, connection: Connection) -> None:
        add(connection, "slow")
        self.begun.set()
        assert self.let_go.wait(20)

    async def start(self, database: Database) -> asyncio.Task[None]:
        writing = asyncio.create_task(database.write(self))
        await asyncio.to_thread(self.begun.wait)
        return writing


async def test_work_that_raises_is_undone(database: Database) -> None:
    def fail(connection: Connection) -> None:
        add(connection, "a")
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(fail)
    await database.write(add, "b")
    assert await database.read(names) == ["b"]


async def test_reading_does_not_wait_for_writing_and_sees_none_of_it(database: Database) -> None:
    slow = Slow()
    writing = await slow.start(database)
    assert await database.read(names) == []
    slow.let_go.set()
    await writing
    assert await database.read(names) == ["slow"]


async def test_what_a_caller_gave_up_waiting_for_is_still_done(database: Database) -> None:
    slow = Slow()
    writing = await slow.start(database)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert writing.cancelled()
    slow.let_go.set()
    await database.write(add, "z")
    assert "slow" in await database.read(names)


async def test_closing_waits_for_what_is_under_way(database: Database, database_url: str) -> None:
    slow = Slow()
    writing = await slow.start(database)
    closing = asyncio.create_task(database.close())
    slow.let_go.set()
    await asyncio.gather(writing, closing)
    again = Database(database_url)
    assert await again.read(names) == ["slow"]
    await again.close()


async def test_personal_data_is_in_no_error(database: Database) -> None:
    """What a log shows of an error: the statement, not its values."""

    def add_twice(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(customers.insert().values(id="c1", name="张伟", phone="13800018001", last_four="8001"))

    with pytest.raises(sa.exc.IntegrityError) as caught:
        await database.write(add_twice)
    assert "INSERT INTO shop_customers" in str(caught.value)
    assert "张伟" not in str(caught.value)


async def test_a_server_that_falls_silent_is_given_up(postgres: str) -> None:
    """Without limits a thread would wait for hours for a machine that is gone; eight such threads are all there are."""
    with postgres_copy(postgres) as url:
        for address, seconds in ((url, "10"), (f"{url}&connect_timeout=3", "3")):
            database = Database(address)
            with database.engine.connect() as connection:
                given = connection.connection.dbapi_connection.get_dsn_parameters()
            await database.close()
            assert given["connect_timeout"] == seconds
            assert int(given["tcp_user_timeout"]) > 0
