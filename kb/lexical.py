"""Words: BM25 over what ``terms`` takes for words, from lists of which passage holds which word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb.strings import Strings
from kb.terms import terms

# The usual values (Robertson and Zaragoza 2009, section 3.5).
K1, B = 1.2, 0.75
MOST_READ = 60_000
"""Rarer words select the passages, until so many entries are read; commoner ones only weigh what is selected."""


@dataclass(frozen=True)
class Postings:
    """For each word (sorted) the passages that hold it, ascending, and how often (255 at most).

    ``starts`` (words + 1,) into ``rows`` and ``counts``; ``holders`` (words,) in how many articles each word stands;
    ``lengths`` (passages,) in words.
    """

    words: Strings
    starts: np.ndarray
    rows: np.ndarray
    counts: np.ndarray
    holders: np.ndarray
    lengths: np.ndarray
    articles: int

    @classmethod
    def of(cls, passages: Sequence[str], owners: Sequence[int] | None = None) -> Postings:
        """``owners`` numbers each passage's article; without them each passage is its own."""
        collector = PostingsCollector()
        for passage in passages:
            collector.add(passage)
        return collector.postings(np.arange(len(passages)) if owners is None else np.array(owners, np.int64))

    @cached_property
    def _mean(self) -> float:
        return float(self.lengths.mean()) if len(self.lengths) and self.lengths.any() else 1.0

    def ask(self, query: str) -> Asked:
        """The query's words that any passage holds, the rarest first."""
        asked = set(terms(query))
        known = [place for term in asked if (place := self.words.place_of(term.encode())) >= 0]
        known.sort(key=lambda place: (int(self.holders[place]), place))
        weights = [self._weight(float(self.holders[place])) for place in known]
        unknown = len(asked) - len(known)
        return Asked(self, tuple(known), tuple(weights), sum(weights) + unknown * self.rarity_of_none, unknown)

    def _weight(self, holders: float) -> float:
        return float(np.log(1 + (self.articles - holders + 0.5) / (holders + 0.5)))

    @cached_property
    def rarity(self) -> np.ndarray:
        """(words,) the weight of each word: the fewer articles hold it, the more it says."""
        weights: np.ndarray = np.log(1 + (self.articles - self.holders + 0.5) / (self.holders + 0.5)).astype(np.float32)
        return weights

    @property
    def rarity_of_none(self) -> float:
        """The weight of a word that no article holds."""
        return self._weight(0.0)

    def entries(self, word: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows and how much the word counts in each, before its own weight."""
        part = slice(self.starts[word], self.starts[word + 1])
        return self.rows[part], self.damped(self.rows[part], self.counts[part])

    def damped(self, rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
        times = counts.astype(np.float32)
        damped: np.ndarray = times * (K1 + 1) / (times + K1 * (1 - B + B * self.lengths[rows] / self._mean))
        return damped


@dataclass(frozen=True)
class Asked:
    """One query: its known words by rarity, their weights, the weight of all its words (0 for none), and how many of
    them are ``unknown``."""

    postings: Postings
    words: tuple[int, ...]
    weights: tuple[float, ...]
    whole: float
    unknown: int

    def best(self, number: int) -> np.ndarray:
        """About the ``number`` passages that cover most of the query, by its rarer words."""
        if not self.words:
            return np.zeros(0, np.int64)
        found = np.zeros(len(self.postings.lengths), np.float32)
        read = 0
        for word, weight in zip(self.words, self.weights, strict=True):
            read += int(self.postings.starts[word + 1] - self.postings.starts[word])
            if read > MOST_READ and found.any():
                break
            rows, values = self.postings.entries(word)
            found[rows] += weight * values
        touched = np.flatnonzero(found)
        if len(touched) <= number:
            return touched
        best: np.ndarray = touched[np.argpartition(-found[touched], number)[:number]]
        return best

    def coverage(self, rows: np.ndarray) -> np.ndarray:
        """The share of the query's weight that each passage covers: 0 for nothing in common, about 1 for everything
        once, at most about 2."""
        found = np.zeros(len(rows), np.float32)
        for word, weight in zip(self.words, self.weights, strict=True):
            part = slice(self.postings.starts[word], self.postings.starts[word + 1])
            listed = self.postings.rows[part]
            place = np.minimum(np.searchsorted(listed, rows), len(listed) - 1)
            here = listed[place] == rows
            counts = self.postings.counts[part][place[here]]
            found[here] += weight * self.postings.damped(rows[here], counts)
        return found / self.whole if self.whole else found


class PostingsCollector:
    """Gathers passages one by one in little memory; then joined to what an older index holds."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[np.ndarray] = []
        self._counts: list[np.ndarray] = []
        self._lengths: list[int] = []

    def add(self, text: str, question: bool = True) -> None:
        """The next passage; ``question`` as ``terms`` takes it."""
        counted = Counter(terms(text, question))
        numbers = self._numbers
        self._words.append(np.array([numbers.setdefault(term, len(numbers)) for term in counted], np.int32))
        self._counts.append(np.array([min(count, 255) for count in counted.values()], np.uint8))
        self._lengths.append(sum(counted.values()))

    def postings(self, owners: np.ndarray, older: Postings | None = None, kept: np.ndarray | None = None) -> Postings:
        """Of the ``kept`` rows of ``older`` followed by the collected ones; ``owners`` (passages,) are the articles."""
        names = dict(self._numbers)
        sizes = [len(words) for words in self._words]
        columns = [np.concatenate(self._words)] if self._words else []
        first = 0 if kept is None else len(kept)
        rows = [np.repeat(np.arange(first, first + len(sizes), dtype=np.int32), sizes)]
        counts = self._counts
        lengths = [np.array(self._lengths, np.float32)]
        if older is not None and kept is not None:
            # The older ones first: together they are nearly in order, which the sort below is fast on.
            old_columns, old_rows, old_counts = _kept_entries(older, kept, names)
            columns, rows, counts = [old_columns, *columns], [old_rows, *rows], [old_counts, *counts]
            lengths = [older.lengths[kept], *lengths]
        return _assembled(names, columns, rows, counts, lengths, owners)


def _kept_entries(
    older: Postings, kept: np.ndarray, names: dict[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The entries of the kept rows under their new numbers; words that ``names`` lacks are added to it."""
    renumbered = np.full(len(older.lengths), -1, np.int32)
    renumbered[kept] = np.arange(len(kept), dtype=np.int32)
    rows = renumbered[older.rows]
    here = rows >= 0
    words = np.repeat(np.arange(len(older.words), dtype=np.int32), np.diff(older.starts))[here]
    translation = np.zeros(len(older.words), np.int32)
    for word in np.unique(words).tolist():
        translation[word] = names.setdefault(older.words[word].decode(), len(names))
    return translation[words], rows[here], older.counts[here]


def _assembled(
    names: Mapping[str, int],
    columns: Sequence[np.ndarray],
    rows: Sequence[np.ndarray],
    counts: Sequence[np.ndarray],
    lengths: Sequence[np.ndarray],
    owners: np.ndarray,
) -> Postings:
    encoded = sorted((name.encode(), number) for name, number in names.items())
    place = np.zeros(len(names), np.int32)
    place[[number for _, number in encoded]] = np.arange(len(names), dtype=np.int32)
    words = place[np.concatenate(columns)] if columns else np.zeros(0, np.int32)
    order = np.argsort(words, kind="stable")
    sorted_words, sorted_rows = words[order], np.concatenate(rows)[order].astype(np.int32)
    starts = np.searchsorted(sorted_words, np.arange(len(names) + 1)).astype(np.int64)
    return Postings(
        words=Strings.of(name for name, _ in encoded),
        starts=starts,
        rows=sorted_rows,
        counts=(np.concatenate(counts) if counts else np.zeros(0, np.uint8))[order].astype(np.uint8),
        holders=_holders(sorted_words, owners[sorted_rows], len(names)),
        lengths=np.concatenate(lengths).astype(np.float32),
        articles=max(1, len(np.unique(owners))),
    )


def _holders(words: np.ndarray, owners: np.ndarray, size: int) -> np.ndarray:
    """(words,) in how many articles each stands."""
    pairs = np.unique(words.astype(np.int64) * (int(owners.max(initial=0)) + 1) + owners)
    return np.bincount(pairs // (int(owners.max(initial=0)) + 1), minlength=size).astype(np.int32)
