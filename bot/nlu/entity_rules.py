"""Entities that rules find, in both languages. No Rasa; offsets slice the customer's own text.

Where two could stand, the surer one does: a code before a number, an address before the city and the date inside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.nlu.entity import address, codes, dates, money, names, quantity
from bot.nlu.entity.boundaries import Words
from bot.nlu.entity.found import Entity, Found
from bot.nlu.entity.lookup import Lookup
from bot.nlu.entity.shop import Shop
from lang.normalize import fold, normalize

__all__ = ["NAMES", "Entity", "EntityRules"]

NAMES = (
    "order_number", "tracking_number", "email", "phone", "last_four", "address", "amount", "date", "time", "product",
    "courier", "city", "quantity",
)  # fmt: skip


@dataclass(frozen=True)
class EntityRules:
    """The rules for one shop."""

    shop: Shop = field(default_factory=Shop)
    _products: Lookup = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_products", Lookup(self.shop.products, plurals=True))

    def find(self, text: str, now: datetime | None = None) -> list[Entity]:
        """All entities, in order of appearance, none overlapping another. ``now``: aware; the real time by default."""
        clean, plain = fold(text), normalize(text)
        now = now.astimezone(self.shop.clock) if now else self.shop.now()
        words, found = Words(clean), Found(len(clean))
        found.add(codes.orders(clean, self.shop.order_numbers))
        found.add(codes.tracking_numbers(clean))
        found.add(codes.mails(clean))
        found.add(codes.phones(clean))
        found.add(codes.last_fours(clean, found.named("order_number")))
        found.add(codes.announced_tracking_numbers(clean))
        found.add(address.chinese_addresses(clean, plain))
        found.add(address.english_addresses(clean, plain))
        found.add(money.amounts(clean, self.shop.currency))
        found.add(dates.dates(clean, now))
        found.add(names.products(words, self._products))
        found.add(names.couriers(words))
        found.add(names.cities(words))
        found.add(quantity.quantities(clean, found.named("product")))
        return found.in_order()
