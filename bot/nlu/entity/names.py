"""Products, couriers and cities by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entity.boundaries import Words
from bot.nlu.entity.found import Entity
from bot.nlu.entity.lookup import Lookup
from bot.nlu.entity.same_name import same_name

_FOLDER = Path(__file__).parent
_COMPANY_BEFORE = re.compile(
    r"(?:[寄送发到在往去至从回住飞达抵]|目的地|地址|收货地|城市|我是|来自)[ :是]*$"
    r"|(?<![a-z])(?:in|to|from|at|near|around|via|outside|of|leaving|reach|city[ :]|address[ :]) ?(?:the )?$",
    re.ASCII,
)
_COMPANY_AFTER = re.compile(r"[市县]|地区|那边|这边|仓|发货|收货|买家|客户| ?(?:city|airport)(?![a-z])")
# "sign ups", "ups and downs"
_NO_COURIER_BEFORE = re.compile(
    r"(?<![a-z])(?!by|via|with|use|using|through|from|or|is|for|was|on|to|your|a|an|the|got)[a-z]+ $", re.ASCII
)
# Streets and squares are called after cities: 南京东路; so is Beijing's time.
_NO_CITY_AFTER = re.compile(r"[东南西北中]?(?:路|街|大道|道)|时间")


@lru_cache(maxsize=1)
def _file(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((_FOLDER / name).read_text("utf-8"))
    return content


@lru_cache(maxsize=1)
def courier_lookup() -> Lookup:
    return Lookup({name: code for code, names in _file("couriers.yml").items() for name in names})


def city_values() -> dict[str, str]:
    """Every way to write a city → the city."""
    content = _file("cities.yml")
    chinese = {**content["mainland"], **content["taiwan"], **content["hongkong"]}
    others = chinese.pop("also").split()
    named = {name: city for city, names in {**chinese, **content["world"]}.items() for name in (city, *names)}
    named.update((city, city) for city in others)
    # jieba takes 苏州市 for one word, so it must be a name too.
    with_sign = {f"{city}市": city for city in (*content["mainland"], *others) if city != "also"}
    return {**with_sign, **named}


@lru_cache(maxsize=1)
def _city_lookup() -> Lookup:
    return Lookup(city_values())


@lru_cache(maxsize=1)
def _doubtful() -> frozenset[str]:
    return frozenset(same_name(name) for name in _file("cities.yml")["only_as_a_place"])


def provinces() -> list[str]:
    names: str = _file("cities.yml")["provinces"]
    return names.split()


def products(words: Words, lookup: Lookup) -> Iterator[Entity]:
    for hit in lookup.find(words):
        yield Entity("product", hit.value, hit.start, hit.end)


def couriers(words: Words) -> Iterator[Entity]:
    for hit in courier_lookup().find(words):
        start, end = hit.start, hit.end
        if words.clean[start:end] == "ups" and _NO_COURIER_BEFORE.search(words.clean, max(0, start - 16), start):
            continue
        yield Entity("courier", hit.value, hit.start, hit.end)


def cities(words: Words) -> Iterator[Entity]:
    clean = words.clean
    for hit in _city_lookup().find(words):
        doubtful = same_name(clean[hit.start : hit.end]) in _doubtful()
        if _NO_CITY_AFTER.match(clean, hit.end) or (doubtful and not _is_place(clean, hit.start, hit.end)):
            continue
        yield Entity("city", hit.value, hit.start, hit.end)


def _is_place(clean: str, start: int, end: int) -> bool:
    return bool(_COMPANY_BEFORE.search(clean, max(0, start - 12), start) or _COMPANY_AFTER.match(clean, end))
