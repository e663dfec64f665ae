"""Carries out changes in the shop's own tables: conditions and statements in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.changes import refusal
from actions.records.mapped import values
from actions.records.mapped.binding import BoundMapping, python_type
from actions.records.mapped.definition import Step
from actions.records.mapped.reader import Reader
from actions.records.models import Outcome
from actions.records.port import Request


class StateChanged(Exception):
    """Somebody changed the order between our look and our change: everything is undone; look again."""


class Writer:
    def __init__(self, bound: BoundMapping, reader: Reader) -> None:
        self._bound = bound
        self._reader = reader
        self._orders = bound.sections["orders"]

    def carry_out(self, connection: Connection, request: Request, now: datetime) -> Outcome:
        """``noted`` for a kind without an entry: the caller keeps it for the staff. Raises StateChanged."""
        change = self._bound.mapping.changes.get(request.kind)
        row = self._order_row(connection, request.order_number) if request.order_number else None
        if request.order_number and (row is None or str(row.customer_id) != request.customer_id):
            return Outcome("unknown", "")
        state = (self._reader.state(row.state) or "") if row else ""
        if change is not None and self._made_before(connection, request, change.steps):
            return self._outcome(change.result, state, row)
        if row is not None:
            fields = self._orders.row(row)
            refused = refusal(request, state, self._reader.moment(fields.get("delivered_at")), now)
            if refused is not None:
                return refused
        if change is None:
            return Outcome("noted", state)
        for step in change.steps:
            self._execute(connection, step, request, row, now)
        after = self._order_row(connection, request.order_number) if request.order_number else None
        return self._outcome(change.result, (self._reader.state(after.state) or "") if after else "", row)

    def _outcome(self, result: str, state: str, row: Any) -> Outcome:
        if row is None:
            return Outcome(result, state)
        fields = self._orders.row(row)
        currency = str(fields.get("currency") or self._bound.mapping.currency)
        return Outcome(result, state, self._reader.total_minor(fields["total"]), currency)

    def _order_row(self, connection: Connection, order_number: str) -> Any:
        """Our fields, and every column of the order's own table under ``order.<name>``."""
        own = [column.label(f"order.{column.name}") for column in self._orders.main.c]
        query = self._orders.select(*own).where(self._orders.equals("order_number", [order_number]))
        if connection.dialect.name == "postgresql":
            query = query.with_for_update(of=self._orders.main)
        return connection.execute(query).first()

    def _made_before(self, connection: Connection, request: Request, steps: tuple[Step, ...]) -> bool:
        """Whether a row with our key is there already: an earlier try whose answer got lost."""
        for step in steps:
            if step.idempotency is None:
                continue
            column = self._bound.tables[step.table].c[step.idempotency]
            if connection.execute(sa.select(column).where(column == request.idempotency_key)).first():
                return True
        return False

    def _execute(self, connection: Connection, step: Step, request: Request, row: Any, now: datetime) -> None:
        table = self._bound.tables[step.table]
        given = {name: self._value(table.c[name], value, request, row, now) for name, value in step.values.items()}
        if not step.update:
            # What is put right keeps the key of its first wish, whether or not that one got here.
            key = {step.idempotency: request.corrected_key or request.idempotency_key} if step.idempotency else {}
            if not self._corrected(connection, step, request, given):
                connection.execute(table.insert().values(**{**given, **key}))
            return
        # As it was when we looked: whoever was faster is not overwritten.
        unchanged = [column == row._mapping[f"order.{column.name}"] for column in self._fixed(table)]
        if connection.execute(table.update().where(*unchanged).values(**given)).rowcount != 1:
            raise StateChanged(request.order_number)

    def _corrected(self, connection: Connection, step: Step, request: Request, values: Mapping[str, Any]) -> bool:
        """Whether the row of what this request corrects was there, and has the new values now."""
        if not (request.corrected_key and step.idempotency):
            return False
        table = self._bound.tables[step.table]
        earlier = table.c[step.idempotency] == request.corrected_key
        return bool(connection.execute(table.update().where(earlier).values(**values)).rowcount)

    def _fixed(self, table: Any) -> list[Any]:
        """The order's key and the state, as far as they stand in its own table."""
        columns = self._orders.columns
        chosen = [columns[name] for name in ("order_number", "state") if name in columns]
        keys = list(table.primary_key.columns)
        return [column for column in dict.fromkeys([*chosen, *keys]) if column.table is table]

    def _value(self, column: Any, value: Any, request: Request, row: Any, now: datetime) -> Any:
        if not isinstance(value, Mapping):
            return value
        found = self._source(value["from"], column, request, row, now + timedelta(days=_days(value, request)))
        return json.dumps(found, ensure_ascii=False) if isinstance(found, (dict, list)) else found

    def _source(self, name: str, column: Any, request: Request, row: Any, at: datetime) -> Any:
        mapping = self._bound.mapping
        group, _, field = name.partition(".")
        if group == "order" and row is not None:
            return row._mapping[name]
        if group in ("details", "terms"):
            whole: Mapping[str, Any] = getattr(request, group)
            return whole.get(field) if field else dict(whole)
        if name == "now":
            zoned = getattr(column.type, "timezone", False)
            return at if zoned else values.stored_moment(at, python_type(column), mapping.zone)
        if name == "today":
            today = at.astimezone(mapping.zone).date()
            return today.isoformat() if python_type(column) is str else today
        if name == "total" and row is not None:
            return self._orders.row(row)["total"]
        if name == "order_number" and row is not None and python_type(column) is not str:
            return row._mapping["order_number"]
        if name == "customer_id" and row is not None:
            return row._mapping["customer_id"]
        return getattr(request, name, None)


def _days(value: Mapping[str, Any], request: Request) -> int:
    """``plus_days``: a number, or the name of one among the terms that the rules grant."""
    days = value.get("plus_days", 0)
    return int(request.terms.get(days, 0)) if isinstance(days, str) else int(days)
