"""Many texts as two arrays, so that they can lie in a memory-mapped file; sorted ones are found by halving."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np


class Strings(Sequence[bytes]):
    """UTF-8 texts. ``blob`` uint8, ``starts`` int64 with one entry more than there are texts."""

    def __init__(self, blob: np.ndarray, starts: np.ndarray) -> None:
        self.blob, self.starts = blob, starts

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> Strings:
        listed = list(texts)
        starts = np.zeros(len(listed) + 1, np.int64)
        np.cumsum([len(text) for text in listed], out=starts[1:])
        return cls(np.frombuffer(b"".join(listed), np.uint8), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return bytes(self.blob[self.starts[place] : self.starts[place + 1]])

    def place_of(self, text: bytes) -> int:
        """Where ``text`` stands among sorted texts; −1 where it does not."""
        place = bisect_left(self, text)
        return place if place < len(self) and self[place] == text else -1
