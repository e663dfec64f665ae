"""Slips of the keyboard in Latin letters (refudn), put right by the training messages' words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from lang.english_words import english_words

_LEAST_MESSAGES = 2
_SHORTEST = 3
# From this length on two slips are forgiven; before, too many words are two letters apart.
_LONG = 8
# Natural logarithms, like the frequencies they are weighed against.
_PER_SLIP, _OTHER_FIRST, _OTHER_LAST = 3.0, 2.0, 0.7
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Misspellings:
    """``words``: in how many training messages each stands. ``pairs``: the same for "first second"."""

    words: dict[str, int]
    pairs: dict[str, int]

    @classmethod
    def learn(cls, messages: Sequence[Sequence[str]]) -> Misspellings:
        """From the words of each training message."""
        words, pairs = Counter[str](), Counter[str]()
        for message in messages:
            latin = [word if word.isascii() else "" for word in ("", *message, "")]
            words.update(set(filter(_is_word, latin)))
            pairs.update({_pair(*pair) for pair in pairwise(latin)})
        kept = {word: count for word, count in sorted(words.items()) if count >= _LEAST_MESSAGES}
        return cls(kept, {pair: count for pair, count in sorted(pairs.items()) if count >= _LEAST_MESSAGES})

    def corrected(self, before: str, word: str, after: str) -> str:
        """The word itself when it is known here or in English, or when no training word is near."""
        if not _is_word(word) or len(word) < _SHORTEST or word in self.words or word in english_words():
            return word
        near = [(self._worth(before, candidate, after) - cost, candidate) for cost, candidate in self._near(word)]
        return max(near)[1] if near else word

    def _near(self, word: str) -> list[tuple[float, str]]:
        """(cost, training word) of those that few slips turn into ``word``."""
        slips = 2 if len(word) >= _LONG else 1
        # A slip changes at most two counts of letters, so that few words need the slow comparison.
        alike = np.abs(self._letters[1] - _letters(word)).sum(axis=1) <= 2 * slips
        found = []
        for index in np.flatnonzero(alike):
            candidate = self._letters[0][index]
            count = distance(word, candidate)
            if count <= slips and _is_plausible(word, candidate):
                found.append((_PER_SLIP * count + _ends(word, candidate), candidate))
        return found

    def _worth(self, before: str, word: str, after: str) -> float:
        neighbours = (self.pairs.get(_pair(before, word), 0), self.pairs.get(_pair(word, after), 0))
        return 0.5 * (math.log(self.words[word]) + sum(map(math.log1p, neighbours)))

    @cached_property
    def _letters(self) -> tuple[list[str], np.ndarray]:
        """The words that may be meant, and their counts of letters, [words, 26]."""
        words = [word for word in self.words if len(word) >= _SHORTEST]
        return words, np.array([_letters(word) for word in words], np.int8).reshape(-1, len(_LETTERS))


def distance(first: str, second: str) -> int:
    """Letters to add, drop, change or swap with their neighbour (Damerau and Levenshtein, restricted)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        fresh = [i]
        for j, other in enumerate(second, 1):
            least = min(row[j] + 1, fresh[j - 1] + 1, row[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                least = min(least, before[j - 2] + 1)
            fresh.append(least)
        before, row = row, fresh
    return row[-1]


def _is_word(word: str) -> bool:
    return word.isascii() and word.isalpha()


def _is_plausible(word: str, meant: str) -> bool:
    """Short words have too many neighbours: their letters may be swapped or left out, hardly changed or added."""
    if len(word) > 4:
        return True
    return sorted(word) == sorted(meant) or len(meant) > len(word) or (len(word) == 4 and len(meant) < 4)


def _ends(word: str, meant: str) -> float:
    return _OTHER_FIRST * (word[0] != meant[0]) + _OTHER_LAST * (word[-1] != meant[-1])


def _letters(word: str) -> np.ndarray:
    return np.array([word.count(letter) for letter in _LETTERS], np.int8)


def _pair(first: str, second: str) -> str:
    return f"{first} {second}"
