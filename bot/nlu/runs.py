"""Words of a message by script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from lang.tokenize import is_han


def runs_of(words: Sequence[str]) -> Iterator[tuple[bool, list[str]]]:
    """Neighbouring words of one kind together: (whether they are Chinese, the words)."""
    for chinese, run in groupby(words, key=is_han):
        yield chinese, list(run)
