"""The cards beside an answer about an order or a refund: frozen, JSON-able, in both languages.

A card holds no name, phone or address. What the records do not know (courier events, a promised date) is left out.
Dates stand twice: as ISO text for programs, and as people read them on the shop's clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from actions.records.models import BothLanguages

Line = dict[str, list[str]]
"""One line of a card in words: its parts, by language. A part is never cut."""


@dataclass(frozen=True)
class ItemLine:
    """``price`` of one piece."""

    name: BothLanguages
    quantity: int
    price: BothLanguages


@dataclass(frozen=True)
class EventLine:
    """What the courier reported. ``at`` is ISO 8601."""

    at: str
    when: BothLanguages
    text: BothLanguages


@dataclass(frozen=True)
class OrderCard:
    """Newest courier event first; none where the records have none."""

    order_number: str
    state: BothLanguages
    state_code: str
    placed_on: str
    placed: BothLanguages
    items: tuple[ItemLine, ...]
    total: BothLanguages
    courier: BothLanguages | None
    tracking_number: str | None
    promised_on: str | None
    promised: BothLanguages | None
    events: tuple[EventLine, ...]
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class StepLine:
    """One step of a refund. ``at`` is None while it lies ahead, and where the records do not say when it was."""

    code: str
    text: BothLanguages
    done: bool
    at: str | None = None
    when: BothLanguages | None = None


@dataclass(frozen=True)
class RefundCard:
    """``method`` is the way the money goes; ``expected`` the day it should be there, while that lies ahead."""

    order_number: str
    state: BothLanguages
    state_code: str
    amount: BothLanguages
    method: BothLanguages
    steps: tuple[StepLine, ...]
    expected_on: str | None
    expected: BothLanguages | None
    lines: tuple[Line, ...] = ()
