"""Carries out requests in our own tables: the conditions are checked, and the change made, in one transaction.

A kind with a carrier in ``CARRIERS`` is done at once; every other kind is kept for the staff.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records import clock, coupons, requests
from actions.records.models import Outcome
from actions.records.port import Request
from actions.records.service_carriers import SERVICE_CARRIERS
from actions.records.tables import action_outcomes, orders, refunds

Carrier = Callable[[Connection, Request, datetime], Outcome]


def carry_out(connection: Connection, request: Request, now: datetime) -> Outcome:
    """Once a message: the same request again gets the outcome that was kept (design, invariant 1).

    Raises IntegrityError where another worker handles the same message at this very moment; nothing is changed then.
    """
    kept = kept_outcome(connection, request)
    if kept is not None:
        return kept
    outcome = _change(connection, request, now)
    _add_outcome(connection, request, outcome, now)
    return outcome


def kept_outcome(connection: Connection, request: Request) -> Outcome | None:
    query = sa.select(action_outcomes.c.outcome).where(
        action_outcomes.c.message_id == request.message_id, action_outcomes.c.action == request.action
    )
    row = connection.execute(query).first()
    return Outcome(**row.outcome) if row else None


def keep_outcome(connection: Connection, request: Request, outcome: Outcome, now: datetime) -> None:
    """Unless one is kept: whoever was told something is told the same again."""
    if kept_outcome(connection, request) is None:
        _add_outcome(connection, request, outcome, now)


def _add_outcome(connection: Connection, request: Request, outcome: Outcome, now: datetime) -> None:
    connection.execute(
        action_outcomes.insert().values(
            message_id=request.message_id, action=request.action, outcome=asdict(outcome), at=now
        )
    )


def _change(connection: Connection, request: Request, now: datetime) -> Outcome:
    obstacle = _obstacle(connection, request, now)
    if obstacle is not None:
        return obstacle
    outcome = CARRIERS.get(request.kind, _pass_on)(connection, request, now)
    if outcome.result in ("done", "noted"):
        kept = requests.write_down(connection, request, "done" if outcome.result == "done" else "open", now)
        return told(outcome, kept)
    return outcome


def told(outcome: Outcome, kept: requests.Kept) -> Outcome:
    """The outcome with its request's number; what was passed on before, and put right now, is ``changed``."""
    changed = outcome.result == "noted" and kept.request.corrects
    return replace(outcome, result="changed" if changed else outcome.result, reference=kept.reference)


def _obstacle(connection: Connection, request: Request, now: datetime) -> Outcome | None:
    """Why it may not be done now; None when it may. The order stays locked until the transaction ends."""
    state = ""
    if request.order_number:
        # The lock makes two messages at once see each other's change (SQLite has locked already).
        row = connection.execute(sa.select(orders).where(_theirs(request)).with_for_update()).first()
        if row is None:
            return Outcome("unknown", "")
        state = row.state
        refused = refusal(request, state, row.delivered_at, now)
        if refused is not None:
            return refused
    lately = requests.asked_lately(connection, request, now)
    return Outcome("already", state, reference=lately) if lately is not None else None


def refusal(request: Request, state: str, delivered_at: datetime | None, now: datetime) -> Outcome | None:
    """What the rules say of an order in this state; None when they allow it."""
    if state == LEADS_TO.get(request.kind):
        # What is wished for is so already: whoever asks twice is told that, not that it is forbidden.
        return Outcome("already", state)
    if request.allowed_states is not None and state not in request.allowed_states:
        return Outcome("refused", state, reason="state")
    if request.within_days is not None and delivered_at is not None:
        last_day = clock.shop_day(delivered_at) + timedelta(days=request.within_days)
        if clock.shop_day(now) > last_day:
            return Outcome("refused", state, reason="too_late")
    return None


LEADS_TO = {"cancel_order": "cancelled"}
"""The state in which a kind leaves the order."""


def _pass_on(connection: Connection, request: Request, now: datetime) -> Outcome:
    return Outcome("noted", _state(connection, request))


def _cancel(connection: Connection, request: Request, now: datetime) -> Outcome:
    """Cancel and start the refund, promised within ``refund_days`` of the terms."""
    row = connection.execute(sa.select(orders).where(_theirs(request))).one()
    connection.execute(
        orders.update().where(_theirs(request)).values(state="cancelled", cancelled_at=now, updated_at=now)
    )
    connection.execute(
        refunds.insert().values(
            order_number=request.order_number,
            state="requested",
            amount_minor=row.total_minor,
            currency=row.currency,
            payment_method=row.payment_method,
            requested_at=now,
            expected_on=clock.shop_day(now) + timedelta(days=int(request.terms["refund_days"])),
            updated_at=now,
        )
    )
    return Outcome("done", "cancelled", row.total_minor, row.currency)


CARRIERS: dict[str, Carrier] = {
    "cancel_order": _cancel,
    "expedite_order": _pass_on,
    "grant_coupon": coupons.grant,
    **SERVICE_CARRIERS,
}


def _state(connection: Connection, request: Request) -> str:
    return connection.execute(sa.select(orders.c.state).where(_theirs(request))).scalar() or ""


def _theirs(request: Request) -> Any:
    return sa.and_(orders.c.order_number == request.order_number, orders.c.customer_id == request.customer_id)
