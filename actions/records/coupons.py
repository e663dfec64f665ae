"""Coupons: granted to a customer, and looked up by their code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records import clock
from actions.records.care_tables import coupons
from actions.records.models import Outcome
from actions.records.port import Request

_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is easily taken for another


@dataclass(frozen=True)
class Coupon:
    """Money in minor units. ``only_for``: the start of the article numbers it is for. ``used_on``: an order."""

    code: str
    customer_id: str
    amount_minor: int
    least_minor: int
    currency: str
    valid_from: date
    valid_until: date
    only_for: str | None
    used_on: str | None


def grant(connection: Connection, request: Request, now: datetime) -> Outcome:
    """A carrier of ``changes.py``. Terms: ``amount_minor``, ``currency``, ``days``."""
    code = "KF" + "".join(secrets.choice(_SIGNS) for _ in range(8))
    today = clock.shop_day(now)
    amount, currency = int(request.terms["amount_minor"]), str(request.terms["currency"])
    connection.execute(
        coupons.insert().values(
            code=code,
            customer_id=request.customer_id,
            amount_minor=amount,
            least_minor=0,
            currency=currency,
            valid_from=today,
            valid_until=today + timedelta(days=int(request.terms["days"])),
            created_at=now,
        )
    )
    return Outcome("done", "", amount, currency, issued=code)


def find(connection: Connection, code: str) -> Coupon | None:
    row = connection.execute(sa.select(coupons).where(coupons.c.code == code.upper())).first()
    return _coupon(row) if row else None


def of_customers(connection: Connection, customer_ids: list[str]) -> list[Coupon]:
    """Those not used yet, the first to expire first."""
    whose = sa.and_(coupons.c.customer_id.in_(customer_ids), coupons.c.used_on.is_(None))
    rows = connection.execute(sa.select(coupons).where(whose).order_by(coupons.c.valid_until, coupons.c.code))
    return [_coupon(row) for row in rows]


def _coupon(row: Any) -> Coupon:
    values = dict(row._mapping)
    del values["created_at"]
    return Coupon(**values)


def every_of_customer(connection: Connection, customer_id: str) -> list[Coupon]:
    """Used and expired ones, too."""
    rows = connection.execute(sa.select(coupons).where(coupons.c.customer_id == customer_id).order_by(coupons.c.code))
    return [_coupon(row) for row in rows]


def problem_of(coupon: Coupon, today: date, spent_minor: int | None) -> str:
    """The first that holds: ``used``, ``expired``, ``not_yet``, ``too_little``, ``only_some`` (goods), ``fine``."""
    if coupon.used_on is not None:
        return "used"
    if today > coupon.valid_until:
        return "expired"
    if today < coupon.valid_from:
        return "not_yet"
    if spent_minor is not None and spent_minor < coupon.least_minor:
        return "too_little"
    return "only_some" if coupon.only_for else "fine"
