"""The order card beside an answer, and masking. Everything here is JSON-able and safe for a verified customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from actions.records import clock
from actions.records.models import BothLanguages, Order
from actions.words import Words
from lang.figures import LANGUAGES, money_text


def order_card(order: Order, words: Words) -> dict[str, Any]:
    """The card's ``data``: no name, phone or address; words in both languages; newest courier event first."""
    return {
        "order_number": order.order_number,
        "state": words.both(f"word_state_{order.state}"),
        "state_code": order.state,
        "placed_on": clock.shop_day(order.placed_at).isoformat(),
        "items": [{"name": item.name, "quantity": item.quantity} for item in order.items],
        "total": money(order.total_minor, order.currency),
        "courier": words.both(words.known("word_courier", order.courier, "other")) if order.courier else None,
        "tracking_number": order.tracking_number,
        "promised_on": order.promised_on.isoformat() if order.promised_on else None,
        "events": [{"at": event.at.isoformat(), "text": event.text} for event in order.events],
    }


def money(minor: int, currency: str) -> BothLanguages:
    """An amount in minor units as each language writes it."""
    amount = Decimal(minor) / 100
    return {language: money_text(amount, currency, language) for language in LANGUAGES}


def mask_name(name: str) -> str:
    """The first letter of each word, or a Chinese family name; the rest becomes ``*``."""
    return " ".join(word[0] + "*" * min(len(word) - 1, 2) for word in name.split())


def mask_phone(phone: str) -> str:
    """The last four digits only."""
    return "*" * max(len(phone) - 4, 0) + phone[-4:]


def mask_email(address: str) -> str:
    """The first letter and the domain."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}" if at else ""
