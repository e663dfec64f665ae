"""Requests that are kept in our database: for the staff, as a record of what was done, or for another try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.earlier_requests import CHANGEABLE
from actions.records.numbers import insert_numbered
from actions.records.port import Request
from actions.records.tables import service_requests

_UNSETTLED = ("asking", "pending")
_ABOUT = ("order_number", "customer_id", "kind", "conversation_id", "message_id")
_CONDITIONS = ("allowed_states", "once_in_hours", "within_days", "terms")


@dataclass(frozen=True)
class Kept:
    """A request as it stands now: ``request.corrects`` is kept only where there was something to correct.

    Its row has the message of the first wish, whatever was put right since. ``tries``: how often it was postponed.
    ``again``: the shop may know of it.
    """

    row_id: int
    reference: str
    request: Request
    tries: int
    since: datetime
    again: bool
    state: str = "asking"


def write_down(
    connection: Connection, request: Request, state: str, now: datetime, next_try_at: datetime | None = None
) -> Kept:
    """Add the request, with a number, or change the one that it corrects.

    ``state``: see ``tables.service_requests``.
    """
    corrected = _to_correct(connection, request)
    request = request if corrected else replace(request, corrects="")
    conditions = {name: getattr(request, name) for name in _CONDITIONS}
    values = {
        "state": state,
        "details": dict(request.details),
        "conditions": {**conditions, **({"latest_message": request.message_id} if corrected else {})},
        "tries": 0,
        "next_try_at": next_try_at,
        "updated_at": now,
    }
    if corrected:
        connection.execute(service_requests.update().where(service_requests.c.id == corrected.id).values(**values))
        return Kept(corrected.id, corrected.reference, request, 0, corrected.created_at, again=False)
    about = {name: getattr(request, name) for name in _ABOUT}
    added = {**about, **values, "created_at": now}
    row_id, reference = insert_numbered(connection, service_requests.c.reference, "RQ", now, added)
    return Kept(row_id, reference, request, 0, now, again=False)


def _to_correct(connection: Connection, request: Request) -> Any | None:
    """The row that the request corrects, locked until the transaction ends; None where it is settled by now."""
    if not request.corrects:
        return None
    query = sa.select(service_requests).where(
        service_requests.c.message_id == request.corrects,
        service_requests.c.kind == request.kind,
        service_requests.c.order_number == request.order_number,
        service_requests.c.conversation_id == request.conversation_id,
        service_requests.c.state.in_(CHANGEABLE),
    )
    return connection.execute(query.with_for_update()).first()


def find(connection: Connection, request: Request) -> Kept | None:
    """The same request, if it is written down and not settled."""
    query = sa.select(service_requests).where(
        service_requests.c.message_id == (request.corrects or request.message_id),
        service_requests.c.kind == request.kind,
        service_requests.c.order_number == request.order_number,
        service_requests.c.state.in_(_UNSETTLED),
    )
    row = connection.execute(query).first()
    kept = _kept(row) if row else None
    return kept if kept and kept.request.message_id == request.message_id else None


def change_state(
    connection: Connection, row_id: int, state: str, now: datetime, next_try_at: datetime | None = None
) -> None:
    connection.execute(
        service_requests.update()
        .where(service_requests.c.id == row_id)
        .values(state=state, updated_at=now, next_try_at=next_try_at, tries=service_requests.c.tries + 1)
    )


def take_due(connection: Connection, now: datetime, lease: timedelta) -> list[Kept]:
    """What is to be tried again now, oldest first. Nobody else gets it before ``lease`` has passed."""
    return _take(connection, service_requests.c.state.in_(_UNSETTLED), now, lease)


def take_untold(connection: Connection, now: datetime, lease: timedelta) -> list[Kept]:
    """What was settled after a postponement, and whose customer is still to be told; taken in the same way."""
    return _take(connection, service_requests.c.state.not_in(_UNSETTLED), now, lease)


def told(connection: Connection, row_id: int) -> None:
    connection.execute(service_requests.update().where(service_requests.c.id == row_id).values(next_try_at=None))


def _take(connection: Connection, which: Any, now: datetime, lease: timedelta) -> list[Kept]:
    due = sa.and_(service_requests.c.next_try_at <= now, which)
    query = sa.select(service_requests).where(due).order_by(service_requests.c.id)
    taken = []
    for row in connection.execute(query).all():
        still_due = sa.and_(service_requests.c.id == row.id, service_requests.c.next_try_at == row.next_try_at)
        claimed = connection.execute(service_requests.update().where(still_due).values(next_try_at=now + lease))
        if claimed.rowcount:
            taken.append(_kept(row))
    return taken


def asked_lately(connection: Connection, request: Request, now: datetime) -> str | None:
    """The number of the same wish for the same order within ``once_in_hours``; None without one or without a limit."""
    if request.once_in_hours is None:
        return None
    query = (
        sa.select(service_requests.c.reference)
        .where(
            service_requests.c.order_number == request.order_number,
            service_requests.c.customer_id == request.customer_id,
            service_requests.c.kind == request.kind,
            service_requests.c.state != "dropped",
            service_requests.c.created_at > now - timedelta(hours=request.once_in_hours),
        )
        .order_by(service_requests.c.id.desc())
    )
    row = connection.execute(query).first()
    return (row.reference or "") if row else None


def of_orders(connection: Connection, order_numbers: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """``{order number: [{kind, reference, state, at}, …]}``, oldest first."""
    return _by_order(connection, service_requests.c.order_number.in_(order_numbers))


def of_customers(connection: Connection, customer_ids: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """The same for all orders of these customers, as far as anything was asked for."""
    return _by_order(connection, service_requests.c.customer_id.in_(customer_ids))


def _by_order(connection: Connection, whose: Any) -> dict[str, list[dict[str, str]]]:
    query = sa.select(service_requests).where(whose, service_requests.c.state != "dropped")
    found: dict[str, list[dict[str, str]]] = {}
    for row in connection.execute(query.order_by(service_requests.c.id)):
        found.setdefault(row.order_number, []).append(
            {"kind": row.kind, "reference": row.reference, "state": row.state, "at": row.created_at.isoformat()}
        )
    return found


def _kept(row: Any) -> Kept:
    conditions = dict(row.conditions)
    states = conditions.pop("allowed_states", None)
    latest = conditions.pop("latest_message", None)
    request = Request(
        row.kind,
        row.order_number,
        row.customer_id,
        row.conversation_id,
        latest or row.message_id,
        corrects=row.message_id if latest else "",
        allowed_states=None if states is None else tuple(states),
        details=row.details,
        **conditions,
    )
    return Kept(row.id, row.reference, request, row.tries, row.created_at, True, row.state)
