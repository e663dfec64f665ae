"""What rules read of the shop: ``rules/shop.yml`` (time zone, currency, order numbers), ``rules/products.yml`` (names).

A missing file means the defaults and no products; a wrong one raises ``ShopError`` that lists every fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bot.nlu.entity.same_name import same_name
from lang import order_numbers
from lang.order_numbers import OrderNumbers
from lang.shop_clock import DEFAULT, zone
from lang.yaml_files import load_yaml, yaml_problem

RULES = Path(__file__).resolve().parents[3] / "rules"
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_PRODUCT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sku"],
    "properties": {"sku": {"type": "string", "minLength": 1}, "zh": _NAMES, "en": _NAMES},
    "anyOf": [{"required": ["zh"]}, {"required": ["en"]}],
}
_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "shop.yml": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "timezone": {"type": "string", "minLength": 1},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "order_number": order_numbers.SCHEMA,
        },
    },
    "products.yml": {
        "type": "object",
        "additionalProperties": False,
        "required": ["products"],
        "properties": {"products": {"type": "array", "items": _PRODUCT}},
    },
}


class ShopError(ValueError):
    """A file cannot be used; one line a fault: the file, the place, what to write instead."""


@dataclass(frozen=True)
class Shop:
    """``currency``: ISO 4217 code. ``products``: names as customers say them → sku."""

    clock: tzinfo = field(default_factory=lambda: zone(DEFAULT))
    currency: str = "CNY"
    products: Mapping[str, str] = field(default_factory=dict)
    order_numbers: OrderNumbers = field(default_factory=OrderNumbers)

    def now(self) -> datetime:
        return datetime.now(self.clock)


def load(folder: Path = RULES) -> Shop:
    """Raises ShopError."""
    faults: list[str] = []
    shop = _checked(folder / "shop.yml", faults)
    listed = _checked(folder / "products.yml", faults).get("products", [])
    faults += [f"products.yml: {fault}" for fault in _doubled(listed)]
    numbers = shop.get("order_number")
    faults += [f"shop.yml: order_number: {fault}" for fault in (order_numbers.faults_of(numbers) if numbers else ())]
    clock: tzinfo | None = None
    try:
        clock = zone(shop.get("timezone", DEFAULT))
    except ValueError as error:
        faults.append(f"shop.yml: timezone: {error}")
    if faults or clock is None:
        raise ShopError("\n".join(faults))
    return Shop(clock, shop.get("currency", "CNY"), dict(_named(listed)), order_numbers.read(numbers))


def _checked(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        content = load_yaml(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: cannot be read: {error}. Save it as UTF-8 text.")
        return {}
    except yaml.YAMLError as error:
        faults.append(f"{path.name}: this is not valid YAML: {yaml_problem(error)}")
        return {}
    found = list(jsonschema.Draft7Validator(_SCHEMAS[path.name]).iter_errors(content))
    faults += [f"{path.name}: {_place(fault)}: {_words(fault)}" for fault in found]
    return {} if found else content


def _place(fault: jsonschema.ValidationError) -> str:
    parts = [f"entry {part + 1}" if isinstance(part, int) else str(part) for part in fault.absolute_path]
    return ", ".join(parts) or "the whole file"


def _words(fault: jsonschema.ValidationError) -> str:
    told = {"anyOf": "give it names under zh, under en or under both", "pattern": "write three capitals, like CNY"}
    return told.get(str(fault.validator), fault.message)


def _named(listed: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for product in listed:
        for name in (*product.get("zh", ()), *product.get("en", ())):
            yield name, product["sku"]


def _doubled(listed: list[dict[str, Any]]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for name, sku in _named(listed):
        other = owners.setdefault(same_name(name), sku)
        if other != sku:
            yield f"{name!r} belongs to {other} and to {sku}; leave it with one of them"
