"""Order records in a shop's own database, as ``rules/records.yml`` maps it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from actions.records import clock
from actions.records.mapped.binding import bind
from actions.records.mapped.database import ShopDatabase
from actions.records.mapped.definition import MappingError, RecordsMapping
from actions.records.mapped.reader import Reader
from actions.records.mapped.writer import StateChanged, Writer
from actions.records.models import Order, Outcome, Profile, Refund
from actions.records.port import RecordsUnavailable, Request

log = structlog.get_logger(__name__)

T = TypeVar("T")
SECONDS = 10.0
"""Longest wait for the shop's database; the customer waits too."""
_LOOKS = 3


class MappedRecords:
    """Implements ``port.OrderRecords``. Tables are looked up at first use, since the database may start later than we.

    Whatever is wrong with their database is an outage to the customer, and an error in the log.
    """

    def __init__(
        self, database: ShopDatabase, mapping: RecordsMapping, now: Callable[[], datetime] = clock.now
    ) -> None:
        self._database = database
        self._mapping = mapping
        self._now = now
        self._found: tuple[Reader, Writer] | None = None
        self._finding = threading.Lock()

    async def order(self, order_number: str) -> Order | None:
        return await self._read(lambda reader, connection: reader.order(connection, order_number))

    async def orders_of_customers(self, customer_ids: Sequence[str], limit: int = 50) -> list[Order]:
        return await self._read(lambda reader, connection: reader.orders_of_customers(connection, customer_ids, limit))

    async def refund(self, order_number: str) -> Refund | None:
        return await self._read(lambda reader, connection: reader.refund(connection, order_number))

    async def owner(self, order_number: str, last_four: str) -> str | None:
        return await self._read(lambda reader, connection: reader.owner(connection, order_number, last_four))

    async def customer(self, customer_id: str) -> Profile | None:
        return await self._read(lambda reader, connection: reader.customer(connection, customer_id))

    async def carry_out(self, request: Request) -> Outcome:
        def change(connection: Connection) -> Outcome:
            return self._parts(connection)[1].carry_out(connection, request, self._now())

        for _ in range(_LOOKS):
            try:
                return await self._guarded(self._database.write(change))
            except StateChanged:
                continue
        raise RecordsUnavailable("the order changed again and again while we wanted to change it")

    async def close(self) -> None:
        await self._database.close()

    async def check(self) -> None:
        """Find every table and read one order; raises MappingError or SQLAlchemyError."""

        def look(connection: Connection) -> Any:
            return self._parts(connection)[0].order(connection, "")

        await self._database.read(look)

    async def _read(self, work: Callable[[Reader, Connection], T]) -> T:
        def look(connection: Connection) -> T:
            return work(self._parts(connection)[0], connection)

        return await self._guarded(self._database.read(look))

    async def _guarded(self, work: Any) -> Any:
        try:
            return await asyncio.wait_for(work, SECONDS)
        except (SQLAlchemyError, MappingError, OSError, asyncio.TimeoutError, ValueError, ArithmeticError) as error:
            # No values: they are customers' data.
            detail = next(iter(str(error).splitlines()), "")
            log.error("records_unavailable", error=type(error).__name__, detail=detail[:200])
            raise RecordsUnavailable(type(error).__name__) from error

    def _parts(self, connection: Connection) -> tuple[Reader, Writer]:
        with self._finding:
            if self._found is None:
                bound = bind(connection, self._mapping)
                reader = Reader(bound)
                self._found = reader, Writer(bound, reader)
            return self._found
