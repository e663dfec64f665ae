"""Makes the cards beside an answer about an order or a refund, safe for whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from actions.records import clock
from actions.records.card_lines import order_lines, refund_lines
from actions.records.card_types import EventLine, ItemLine, OrderCard, RefundCard, StepLine
from actions.records.masking import mask_phone, mask_phones
from actions.records.models import BothLanguages, CourierEvent, Item, Order, Refund
from actions.words import Words
from lang.figures import LANGUAGES, day_text, moment_text, money_text

Reader = Literal["owner", "staff", "anyone"]
"""Who sees a card: its verified owner everything; the staff no phone number; anyone else no tracking number either."""

ORDER, REFUND = "order", "refund"
"""The kinds of card made here, as ``bot.messages.Card`` names them."""


def order_card(order: Order, words: Words, reader: Reader = "owner") -> dict[str, Any]:
    """The ``data`` of an order's card (the fields of ``OrderCard``)."""
    tracking = order.tracking_number
    card = OrderCard(
        order_number=order.order_number,
        state=words.both(f"word_state_{order.state}"),
        state_code=order.state,
        placed_on=clock.shop_day(order.placed_at).isoformat(),
        placed=day(clock.shop_day(order.placed_at)),
        items=tuple(_item(item, order.currency) for item in order.items),
        total=money(order.total_minor, order.currency),
        courier=words.both(words.known("word_courier", order.courier, "other")) if order.courier else None,
        tracking_number=mask_phone(tracking) if tracking and reader == "anyone" else tracking,
        promised_on=order.promised_on.isoformat() if order.promised_on else None,
        promised=day(order.promised_on) if order.promised_on else None,
        events=tuple(_event(event, reader) for event in order.events),
    )
    return asdict(replace(card, lines=tuple(order_lines(card, words, late=order.is_late(clock.shop_today())))))


def refund_card(refund: Refund, words: Words) -> dict[str, Any]:
    """The ``data`` of a refund's card (the fields of ``RefundCard``)."""
    expected = None if refund.is_late(clock.shop_today()) or not refund.is_pending else refund.expected_on
    card = RefundCard(
        order_number=refund.order_number,
        state=words.both(f"word_refund_step_{refund.state}"),
        state_code=refund.state,
        amount=money(refund.amount_minor, refund.currency),
        method=words.both(words.known("word_payment", refund.payment_method, "other")),
        steps=tuple(_steps(refund, words)),
        expected_on=expected.isoformat() if expected else None,
        expected=day(expected) if expected else None,
    )
    return asdict(replace(card, lines=tuple(refund_lines(card, words))))


def money(minor: int, currency: str) -> BothLanguages:
    """An amount in minor units as each language writes it."""
    amount = Decimal(minor) / 100
    return {language: money_text(amount, currency, language) for language in LANGUAGES}


def day(value: date) -> BothLanguages:
    return {language: day_text(value, language) for language in LANGUAGES}


def _moment(value: datetime) -> BothLanguages:
    return {language: moment_text(value, language) for language in LANGUAGES}


def _item(item: Item, currency: str) -> ItemLine:
    return ItemLine(item.name, item.quantity, money(item.unit_price_minor, currency))


def _event(event: CourierEvent, reader: Reader) -> EventLine:
    text = event.text if reader == "owner" else {name: mask_phones(words) for name, words in event.text.items()}
    return EventLine(event.at.isoformat(), _moment(event.at), text)


def _steps(refund: Refund, words: Words) -> Iterator[StepLine]:
    """Requested, approved, paid; a refund that was refused ends there."""
    approved = refund.approved_at or (refund.updated_at if refund.state == "approved" else None)
    paid = refund.paid_at or (refund.updated_at if refund.state == "paid_out" else None)
    yield _step("requested", words, done=True, at=refund.requested_at)
    if refund.state == "refused":
        yield _step("refused", words, done=True, at=refund.updated_at)
        return
    yield _step("approved", words, done=refund.state in ("approved", "paid_out"), at=approved)
    yield _step("paid_out", words, done=refund.state == "paid_out", at=paid)


def _step(code: str, words: Words, *, done: bool, at: datetime | None) -> StepLine:
    text = words.both(f"word_refund_step_{code}")
    if not done or at is None:
        return StepLine(code, text, done)
    return StepLine(code, text, done, at.isoformat(), _moment(at))
