"""What the order records return: frozen, typed, independent of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

BothLanguages = dict[str, str]
"""``{"zh": ..., "en": ...}``"""


@dataclass(frozen=True)
class Item:
    name: BothLanguages
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True)
class CourierEvent:
    at: datetime
    text: BothLanguages


@dataclass(frozen=True)
class Order:
    """An order with its items and courier events, the newest event first. Money in minor units (fen, cents)."""

    order_number: str
    customer_id: str
    state: str
    placed_at: datetime
    total_minor: int
    currency: str
    payment_method: str
    courier: str | None
    tracking_number: str | None
    promised_on: date | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    items: tuple[Item, ...]
    events: tuple[CourierEvent, ...]

    def is_late(self, today: date) -> bool:
        """Past its promised date and still not with the customer. ``today`` is the shop's day."""
        return self.state in ("paid", "in_transit") and self.promised_on is not None and self.promised_on < today


@dataclass(frozen=True)
class Refund:
    """Money on its way back. ``state``: requested, approved, paid_out or refused. Moments that nobody kept are None."""

    order_number: str
    state: str
    amount_minor: int
    currency: str
    payment_method: str
    requested_at: datetime
    expected_on: date | None
    updated_at: datetime
    approved_at: datetime | None = None
    paid_at: datetime | None = None

    @property
    def is_pending(self) -> bool:
        """Neither paid nor refused yet."""
        return self.state in ("requested", "approved")

    def is_late(self, today: date) -> bool:
        """The money should have been there by now. ``today`` is the shop's day."""
        return self.is_pending and self.expected_on is not None and self.expected_on < today


@dataclass(frozen=True)
class EarlierRequest:
    """A request that was made before. ``state``: open, done, pending (tried again), asking."""

    reference: str
    at: datetime
    state: str
    details: Mapping[str, Any]
    message_id: str = ""
    """The customer's message that confirmed it."""
    latest_message: str = ""
    """The one that put it right since; empty where none did."""


@dataclass(frozen=True)
class Profile:
    """A customer as everybody but themselves may see them: name, phone and e-mail masked, empty where unknown."""

    customer_id: str
    name: str
    phone: str
    email: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a request. ``result`` is one of

    * ``done``: it is carried out,
    * ``noted``: passed on to the staff, who see it at the desk,
    * ``changed``: an earlier one that was not settled yet has the new details, and still its own number,
    * ``already``: it was so before, or somebody asked for the same a short while ago,
    * ``refused``: the rules or the order's state do not allow it (any more); ``reason`` is ``state`` or ``too_late``,
    * ``unknown``: there is no such order of this customer,
    * ``unavailable``: the shop's system is down; the request is kept and tried again.

    ``state`` is the order's now. ``reference`` numbers the request (RQ…), where one is kept; ``issued`` is the code of
    a coupon, where one was granted. Money in minor units.
    """

    result: str
    state: str
    amount_minor: int = 0
    currency: str = "CNY"
    reference: str = ""
    reason: str = ""
    issued: str = ""
