"""Counts of words and character sequences, weighted by rarity (tf-idf): the sparse view of a message. No Rasa."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

_DIGIT = re.compile(r"\d")
_LONGEST_CHARACTER_GRAM = 4


def shape(word: str) -> str:
    """A word as the counts see it: every digit the same, so that all order numbers share their features."""
    return _DIGIT.sub("0", word)


def grams(words: Sequence[str]) -> Iterator[str]:
    """Features of a message given its folded words: words, pairs of words, 1 to 4 characters within and across words.

    Chinese words are joined without a space, others with one, so that the choice of word boundaries matters little.
    """
    return (gram for gram, _ in placed_grams(words))


def placed_grams(words: Sequence[str]) -> Iterator[tuple[str, range]]:
    """The features of a message, each with the row numbers of the words that it stands in."""
    shaped = [shape(word) for word in words]
    for place, word in enumerate(shaped):
        yield f"w {word}", range(place, place + 1)
    for place, (first, second) in enumerate(zip(["<", *shaped], [*shaped, ">"], strict=True)):
        yield f"p {first} {second}", range(max(place - 1, 0), min(place + 1, len(shaped)))
    text = join(shaped)
    owners = _owners(shaped, text)
    for size in range(1, _LONGEST_CHARACTER_GRAM + 1):
        for start in range(len(text) - size + 1):
            gram = text[start : start + size]
            if size > 2 or not gram.isascii():
                yield f"c {gram}", range(owners[start], min(owners[start + size - 1] + 1, len(shaped)))


def _owners(words: Sequence[str], text: str) -> list[int]:
    """The number of the word that each character of the joined text belongs to; a space goes with the word after it."""
    owners: list[int] = []
    for place, word in enumerate(words):
        owners += [place] * (text.index(word, len(owners)) + len(word) - len(owners))
    return owners + [len(words)] * (len(text) - len(owners))


def join(words: Sequence[str]) -> str:
    """Words with a space wherever one of the neighbours is Latin, and at both ends."""
    pieces = [" "]
    for word in words:
        if word[:1].isascii() and pieces[-1] != " ":
            pieces.append(" ")
        pieces.append(word)
        if word[-1:].isascii():
            pieces.append(" ")
    if pieces[-1] != " ":
        pieces.append(" ")
    return "".join(pieces)


@dataclass(frozen=True)
class Grams:
    """Learnt features: ``index`` gives each its column, ``rarity`` its inverse document frequency."""

    index: dict[str, int]
    rarity: np.ndarray

    @classmethod
    def learn(cls, messages: Sequence[Sequence[str]], *, least: int = 2) -> Grams:
        """From the words of each training message; features of fewer than ``least`` messages are left out."""
        counts: Counter[str] = Counter()
        for words in messages:
            counts.update(set(grams(words)))
        kept = sorted(gram for gram, count in counts.items() if count >= least)
        frequency = np.array([counts[gram] for gram in kept], np.float64)
        rarity = np.log((1 + len(messages)) / (1 + frequency)) + 1
        return cls({gram: column for column, gram in enumerate(kept)}, rarity.astype(np.float32))

    def transform(self, messages: Sequence[Sequence[str]]) -> csr_matrix:
        """One row a message, [len(messages), len(index)] float32, each of length 1 (or empty)."""
        data: list[float] = []
        columns: list[int] = []
        starts = [0]
        for words in messages:
            row = self._row(words)
            columns.extend(row)
            data.extend(row.values())
            starts.append(len(columns))
        return csr_matrix(
            (np.array(data, np.float32), np.array(columns, np.int32), np.array(starts, np.int32)),
            shape=(len(messages), len(self.index)),
        )

    def placed(self, words: Sequence[str]) -> list[tuple[int, list[int]]]:
        """Columns of a message's features, one for each occurrence, with the numbers of the words it stands in."""
        found = ((self.index.get(gram), places) for gram, places in placed_grams(words))
        return [(column, list(places)) for column, places in found if column is not None and places]

    def _row(self, words: Sequence[str]) -> dict[int, float]:
        counts = Counter(column for gram in grams(words) if (column := self.index.get(gram)) is not None)
        row = {column: (1 + math.log(count)) * float(self.rarity[column]) for column, count in sorted(counts.items())}
        length = sum(value * value for value in row.values()) ** 0.5
        return {column: value / length for column, value in row.items()}

    def save(self, folder: Path) -> None:
        (folder / "grams.json").write_text(json.dumps(list(self.index), ensure_ascii=False), encoding="utf-8")
        np.save(folder / "rarity.npy", self.rarity, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Grams:
        index = {gram: column for column, gram in enumerate(json.loads((folder / "grams.json").read_text("utf-8")))}
        return cls(index, np.load(folder / "rarity.npy", allow_pickle=False))
