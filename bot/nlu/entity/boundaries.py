"""Whether a place in a message is a whole word: Latin by its letters, Chinese by jieba, asked only when it matters."""

from __future__ import annotations

import re
from functools import cached_property

from bot.nlu.entity.same_name import SPACING
from lang.tokenize import tokenize

_LATIN = re.compile(r"[a-z0-9]")
# "follow-ups" names no courier.
_JOINED = re.compile(r"(?<=[a-z])-")
# Three characters in a row are hardly ever parts of two other words; two often are: 晚上|海鲜.
_SHORT = 2


class Words:
    """One message. ``clean`` is its folded text, which has the length of the customer's own."""

    def __init__(self, clean: str) -> None:
        self.clean = clean

    @cached_property
    def places(self) -> list[int]:
        """Where each character of ``squeezed`` stands in ``clean``."""
        return [place for place, sign in enumerate(self.clean) if sign not in " -,'."]

    @cached_property
    def squeezed(self) -> str:
        """The text without its spacing."""
        return SPACING.sub("", self.clean)

    @cached_property
    def beginnings(self) -> list[int]:
        """Places in ``squeezed`` where a name may begin: not inside a Latin word."""
        clean = self.clean
        return [
            at
            for at, place in enumerate(self.places)
            if not place or not _LATIN.match(clean, place) or not _LATIN.match(clean, place - 1)
        ]

    @cached_property
    def _starts_and_ends(self) -> tuple[frozenset[int], frozenset[int]]:
        tokens = tokenize(self.clean)
        return frozenset(token.start for token in tokens), frozenset(token.end for token in tokens)

    def stands_alone(self, start: int, end: int) -> bool:
        """A Latin name is no part of a longer word; a short Chinese one cuts no word of jieba's."""
        clean = self.clean
        if start and _LATIN.match(clean, start) and (_LATIN.match(clean, start - 1) or _JOINED.match(clean, start - 1)):
            return False
        if _LATIN.match(clean, end - 1) and _LATIN.match(clean, end):
            return False
        if end - start > _SHORT or clean[start].isascii():
            return True
        starts, ends = self._starts_and_ends
        return start in starts and end in ends
