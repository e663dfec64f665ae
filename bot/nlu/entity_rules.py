"""Entities that rules find: order number, phone, last four digits. No Rasa; offsets slice the customer's own text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lang.normalize import fold

_GAP = r"[ \-_.#:]*"
# Neither inside a longer word nor inside a longer number.
# A longer number is no order number, but four digits or a phone may follow after a space.
_ORDER = re.compile(
    rf"(?<![a-z\d])s{_GAP}o{_GAP}(?:\d[ \-_.]*){{11}}\d(?![\-_.]?\d|[a-z])(?! \d{{1,3}}(?!\d)| \d{{5,10}}(?!\d))",
    re.ASCII,
)
_PHONE = re.compile(r"(?<![\d+])(?:\+?\(?86\)?[ \-]?)?(1[3-9]\d)[ \-]?(\d{4})[ \-]?(\d{4})(?![ \-]?\d)", re.ASCII)
_FOUR_ANNOUNCED = re.compile(
    r"(?:尾号|尾数|末尾|(?:后|末|最后)(?:四|4)(?:位|个|码)?(?:数字?|号码?)?"
    r"|last (?:four|4)(?: digits?)?(?: of (?:my |the )?(?:phone|mobile|cell)(?: number)?)?"
    r"|end(?:s|ing)?(?: in| with)?)"
    r"[ :是为=,-]*(?:is |are )?[ :#\"']*(\d(?:[ -]?\d){3})(?![ -]?\d)",
    re.ASCII,
)
_FOUR_AFTER_ORDER = re.compile(r"[ ,;/+&、]*(?:and|和|跟|手机号?|电话|phone)?[ :是]*(\d{4})(?![\d年])", re.ASCII)
_FOUR_ALONE = re.compile(r"(\d{4})", re.ASCII)
_AROUND = " \t,.;:!?。、~#\"'“”()（）【】「」"
_NOT_DIGITS = re.compile(r"[^\d]+", re.ASCII)


@dataclass(frozen=True)
class Entity:
    """``value`` is the normal form of ``text[start:end]``."""

    name: str
    value: str
    start: int
    end: int


def find(text: str) -> list[Entity]:
    """All entities, in order of appearance, none overlapping another."""
    clean = fold(text)
    found: list[Entity] = []
    for entity in (*_orders(clean), *_phones(clean), *_last_fours(clean)):
        if all(entity.end <= other.start or entity.start >= other.end for other in found):
            found.append(entity)
    return sorted(found, key=lambda entity: entity.start)


def _orders(clean: str) -> Iterator[Entity]:
    for match in _ORDER.finditer(clean):
        yield Entity("order_number", "SO" + _NOT_DIGITS.sub("", match.group()), match.start(), match.end())


def _phones(clean: str) -> Iterator[Entity]:
    for match in _PHONE.finditer(clean):
        yield Entity("phone", "".join(match.groups()), match.start(1), match.end())


def _last_fours(clean: str) -> Iterator[Entity]:
    for match in _FOUR_ANNOUNCED.finditer(clean):
        yield Entity("last_four", _NOT_DIGITS.sub("", match.group(1)), match.start(1), match.end(1))
    for order in _orders(clean):
        after = _FOUR_AFTER_ORDER.match(clean, order.end)
        if after:
            yield Entity("last_four", after.group(1), after.start(1), after.end(1))
    inner = clean.strip(_AROUND)
    if _FOUR_ALONE.fullmatch(inner):
        start = clean.index(inner)
        yield Entity("last_four", inner, start, start + 4)
