"""Longest match over a list of names, however they are spaced: products, couriers, cities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.nlu.entity.boundaries import Words
from bot.nlu.entity.same_name import same_name

_LATIN = re.compile(r"[a-z0-9]")
_PLURALS = ("es", "s")
_PLURAL_NAME = re.compile(r"[a-z]{2}[^s]s$")


@dataclass(frozen=True)
class Hit:
    """``text[start:end]`` is a name of ``value``."""

    value: str
    start: int
    end: int


class Lookup:
    """``names`` → value. Time grows with the text, hardly with the list. ``plurals``: English names in both numbers."""

    def __init__(self, names: Mapping[str, str], plurals: bool = False) -> None:
        self._plurals = plurals
        self._values = {same_name(name): value for name, value in names.items() if same_name(name)}
        if plurals:
            singulars = {name[:-1]: value for name, value in self._values.items() if _PLURAL_NAME.search(name)}
            self._values = {**singulars, **self._values}
        self._sizes: dict[str, list[int]] = {}
        for first in {name[0] for name in self._values}:
            sizes = {len(name) for name in self._values if name[0] == first}
            self._sizes[first] = sorted(sizes, reverse=True)

    def find(self, words: Words) -> Iterator[Hit]:
        """From left to right, none overlapping."""
        end = 0
        for at in words.beginnings:
            sizes = self._sizes.get(words.squeezed[at])
            if sizes and words.places[at] >= end and (hit := self._longest(words, at, sizes)):
                yield hit
                end = hit.end

    def _longest(self, words: Words, at: int, sizes: list[int]) -> Hit | None:
        for size in sizes:
            value = self._values.get(words.squeezed[at : at + size])
            if value is None or at + size > len(words.places):
                continue
            start, end = words.places[at], words.places[at + size - 1] + 1
            end = _with_plural(words.clean, end) if self._plurals else end
            if words.stands_alone(start, end):
                return Hit(value, start, end)
        return None


def _with_plural(clean: str, end: int) -> int:
    if "a" <= clean[end - 1] <= "z":
        for plural in _PLURALS:
            after = end + len(plural)
            if clean.startswith(plural, end) and not _LATIN.match(clean[after : after + 1]):
                return after
    return end
