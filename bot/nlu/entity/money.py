"""Amounts of money: ¥199, 199元, 一百九十九块, 3百, HK$50, USD 20, 20 bucks. Value: amount and ISO 4217 code.

A span of prices ("100到200元") has the value of both, joined by a slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entity.found import Entity
from bot.nlu.entity.numerals import ARABIC, CHINESE, HAN_DIGIT, IN_WORDS, number

_FILE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("currencies.yml").read_text("utf-8"))
_BEFORE = {unit: currency for currency, units in _FILE["before"].items() for unit in units}
_AFTER = {unit: currency for currency, units in _FILE["after"].items() for unit in units}
_DOLLARS = frozenset(_FILE["dollars"])
_WITHOUT_CENTS = frozenset(_FILE["without_cents"])
_ELSE: dict[str, str] = _FILE["not_followed_by"]
PIECES_OF = _ELSE["块"]
"""First signs of goods that are counted in the word that also means yuan: 3块电池."""


def _any_of(units: Iterable[str]) -> str:
    """Longest first; a Latin unit only as a whole word."""
    return "|".join(re.escape(unit) + _not_before(unit) for unit in sorted(units, key=len, reverse=True))


def _not_before(unit: str) -> str:
    signs = "a-z" if unit.isascii() and unit[-1].isalpha() else _ELSE.get(unit, "")
    return f"(?![{signs}])" if signs else ""


_THOUSANDS = r"(?: ?k(?![a-z\d]))?"
_TO = r" ?(?:-|~|到|至|to) ?"
_SIGNED = re.compile(
    rf"(?<![a-z])(?P<unit>{_any_of(_BEFORE)}) ?(?P<one>{CHINESE}{_THOUSANDS})(?![\d%])"
    rf"(?:{_TO}(?:(?P=unit) ?)?(?P<two>{CHINESE}{_THOUSANDS})(?![\d%]))?"
    rf"(?: ?(?:{_any_of(_AFTER)}))?",
    re.ASCII,
)
# 9块9, 99块9毛, 两块半, 3元5角; but 10块3个 is ten yuan for three.
_TAIL = (
    rf"(?:(?P<tenths>\d|{HAN_DIGIT})[毛角]|(?<=块)(?P<rest>\d{{1,2}}|{HAN_DIGIT}|半)"
    r"(?! ?[\da-z.个件只双套台张盒瓶箱斤天次月号分点年元块]| ?包(?!邮)))?"
)
_COUNTED = re.compile(
    rf"(?<![a-z\d第几])(?<!\d[.,])(?:(?P<one>{CHINESE}){_TO})?(?P<two>{CHINESE}{_THOUSANDS})(?:[多来]|左右的?)? ?"
    rf"(?P<unit>{_any_of(_AFTER)}){_TAIL}",
    re.ASCII,
)
_WORDS = re.compile(
    rf"(?<![a-z\d-])(?<!\d[.,])(?P<one>{IN_WORDS}) (?P<unit>{_any_of(unit for unit in _AFTER if unit.isascii())})",
    re.ASCII,
)
_COINS = {"毛": "0.1", "角": "0.1", "分": "0.01", "c": "0.01"}
_SMALL = re.compile(
    rf"(?<![a-z\d第几元块])(?<!\d[.,])(?P<one>\d{{1,2}}|{HAN_DIGIT}) ?"
    r"(?P<coin>毛(?:钱|(?![巾衣绒线孔笔毯病利]|不拔))|[角分]钱|cents?(?![a-z]))",
    re.ASCII,
)
# "3百", "五千": a round sum without its unit, where nothing follows that it would count.
_ROUND = re.compile(
    rf"(?<![a-z\d第几成¥$零〇一二两三四五六七八九十百千万])(?<!\d[.,])(?<!分之)(?P<one>(?:{ARABIC}|{HAN_DIGIT})[百千万]{{1,2}}(?:\d(?!\d)|{HAN_DIGIT})?)"
    r"多?(?=$|[ ,.!?;。、~)】左以都就才能可买退优够吧了呢吗啊的给])",
    re.ASCII,
)


# "I'm 5'6 and 140 pounds, what size?"
_WEIGHED = re.compile(r"weigh|size|tall|heavy|\d'\d", re.ASCII)


def amounts(clean: str, local: str) -> Iterator[Entity]:
    """``local`` is the shop's currency: what 元 and "bucks" mean."""
    for match in _SIGNED.finditer(clean):
        yield from _entity(
            match, [_value(match["one"]), _value(match["two"])], _currency(_BEFORE[match["unit"]], local)
        )
    for match in _COUNTED.finditer(clean):
        if not _means_together(match) and not (match["unit"] in ("pound", "pounds") and _WEIGHED.search(clean)):
            two = _value(match["two"], _tail(match))
            yield from _entity(match, [_value(match["one"]), two], _currency(_AFTER[match["unit"]], local))
    for match in _WORDS.finditer(clean):
        yield from _entity(match, [_value(match["one"])], _currency(_AFTER[match["unit"]], local))
    for match in _SMALL.finditer(clean):
        coin, value = match["coin"][0], _value(match["one"])
        sums = [value * Decimal(_COINS[coin]) if value else None]
        yield from _entity(match, sums, _currency("dollar" if coin == "c" else "local", local))
    for match in _ROUND.finditer(clean):
        yield from _entity(match, [_value(match["one"])], local)


def _means_together(match: re.Match[str]) -> bool:
    """一块 is "together" unless money follows: 一块钱, 一块五."""
    return match["two"] == "一" and match["unit"] == "块" and match["rest"] is None and match["tenths"] is None


def _tail(match: re.Match[str]) -> Decimal:
    written = match["tenths"] or match["rest"]
    if written is None:
        return Decimal(0)
    if written == "半":
        return Decimal("0.5")
    return (number(written) or Decimal(0)) / (100 if len(written) == 2 else 10)


def _value(written: str | None, tail: Decimal = Decimal(0)) -> Decimal | None:
    if written is None:
        return None
    thousands = written.endswith("k")
    value = number(written.rstrip("k "))
    return None if value is None else value * (1000 if thousands else 1) + tail


def _currency(kind: str, local: str) -> str:
    if kind == "local":
        return local
    if kind == "dollar":
        return local if local in _DOLLARS else "USD"
    if kind == "yuan":
        return "JPY" if local == "JPY" else "CNY"
    return kind


def _entity(match: re.Match[str], sums: list[Decimal | None], currency: str) -> Iterator[Entity]:
    known = [value for value in sums if value is not None]
    if known:
        places = 0 if currency in _WITHOUT_CENTS else 2
        yield Entity(
            "amount", "/".join(f"{value:.{places}f} {currency}" for value in known), match.start(), match.end()
        )
