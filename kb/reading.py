"""What the customer meant to type: wrong homophones, Pinyin and slips of the keyboard, read by the articles' own words.

Only what is no word, in the articles or in the language, is read otherwise, and only as words that the articles have.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kb.lexical import Postings
from kb.strings import Strings
from lang.english_words import english_words
from lang.normalize import fold
from lang.pinyin import blurred, readings
from lang.tokenize import HAN, cut_chinese

_SHORTEST_WORD = 4
_LONGEST_PHRASE = 4
_RUNS = re.compile(f"[{HAN}]{{2,}}")
_LATIN = re.compile(r"(?<![a-z\d'@.-])[a-z]{4,24}(?![a-z\d'@-])")
# The exact sound before the rough one; no word and no syllable begins so.
_ROUGH = "~"


@dataclass(frozen=True)
class Reader:
    """``sounds`` and ``slips``, sorted: the sound of a Chinese phrase, and a Latin word less one letter (or none), with
    the numbers of the words (in ``postings``) that they may stand for."""

    postings: Postings
    sounds: Strings
    sound_words: np.ndarray
    slips: Strings
    slip_words: np.ndarray

    @classmethod
    def learn(cls, postings: Postings) -> Reader:
        """From the words of all articles."""
        sounds: list[tuple[bytes, int]] = []
        slips: list[tuple[bytes, int]] = []
        for number, word in enumerate(postings.words):
            text = word.decode()
            if _is_latin(text):
                slips += [(key.encode(), number) for key in _shortened(text)]
            elif 2 <= len(text) <= _LONGEST_PHRASE and _RUNS.fullmatch(text) and cut_chinese(text) == [text]:
                sounds += [(key.encode(), number) for key in _sounds(text)]
        return cls(postings, *_table(sounds), *_table(slips))

    @classmethod
    def of(cls, postings: Postings, arrays: Mapping[str, np.ndarray]) -> Reader:
        """As it was stored, by the names of ``arrays``."""
        sounds = Strings(arrays["sounds"], arrays["sound_starts"])
        slips = Strings(arrays["slips"], arrays["slip_starts"])
        return cls(postings, sounds, arrays["sound_words"], slips, arrays["slip_words"])

    def arrays(self) -> dict[str, np.ndarray]:
        return {
            "sounds": self.sounds.blob,
            "sound_starts": self.sounds.starts,
            "sound_words": self.sound_words,
            "slips": self.slips.blob,
            "slip_starts": self.slips.starts,
            "slip_words": self.slip_words,
        }

    def read(self, text: str) -> str:
        """The folded text with what is no word put right; unchanged where nothing is near."""
        folded = fold(text)
        folded = _LATIN.sub(lambda word: self._latin(word.group()), folded)
        return _RUNS.sub(lambda run: self._chinese(run.group()), folded)

    def _latin(self, word: str) -> str:
        if self.postings.words.place_of(word.encode()) >= 0 or _is_english(word):
            return word
        syllables = spelt_in_pinyin(word)
        if len(syllables) > 1 and (phrase := self._best(_found(self.sounds, self.sound_words, "".join(syllables)))):
            return phrase
        near = {number for key in _shortened(word) for number in _found(self.slips, self.slip_words, key)}
        return self._best(number for number in near if _is_slip(word, self._word(number))) or word

    def _chinese(self, run: str) -> str:
        free = [len(word) == 1 for word in cut_chinese(run) for _ in word]
        characters, taken = list(run), [False] * len(run)
        for size in range(_LONGEST_PHRASE, 1, -1):
            for start in range(len(run) - size + 1):
                span = slice(start, start + size)
                # A character that is part of a word was meant.
                if not all(free[span]) or any(taken[span]):
                    continue
                if phrase := self._sounding_like(run[span]):
                    characters[span], taken[span] = list(phrase), [True] * size
        return "".join(characters)

    def _sounding_like(self, span: str) -> str:
        """A phrase that sounds like ``span``; empty where there is none, or where ``span`` is one itself."""
        heard = [readings(character)[:1] for character in span]
        if self.postings.words.place_of(span.encode()) >= 0 or not all(heard):
            return ""
        syllables = [syllable[0] for syllable in heard]
        numbers = list(_found(self.sounds, self.sound_words, "".join(syllables)))
        if not numbers and len(span) > 2:
            numbers = list(_found(self.sounds, self.sound_words, _ROUGH + "".join(map(blurred, syllables))))
        return self._best(number for number in numbers if self._may_be(span, self._word(number)))

    def _may_be(self, span: str, phrase: str) -> bool:
        """Something must stay as it was typed; a character that stands alone in the articles was meant."""
        changed = [typed for typed, meant in zip(span, phrase, strict=True) if typed != meant]
        return len(changed) < len(span) and all(self.postings.words.place_of(one.encode()) < 0 for one in changed)

    def _word(self, number: int) -> str:
        return self.postings.words[number].decode()

    def _best(self, numbers: Iterable[int]) -> str:
        """The one that most articles use."""
        best = max(numbers, key=lambda number: (int(self.postings.holders[number]), -number), default=None)
        return "" if best is None else self._word(best)


def spelt_in_pinyin(word: str) -> list[str]:
    """A Latin word cut into syllables, the longest first; empty where it is none of Pinyin's."""
    if not word:
        return []
    for size in range(min(6, len(word)), 0, -1):
        if word[:size] in _syllables():
            rest = spelt_in_pinyin(word[size:])
            if rest or size == len(word):
                return [word[:size], *rest]
    return []


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Every toneless syllable of the common characters."""
    return frozenset(sound for code in range(0x4E00, 0x9FA6) for sound in readings(chr(code))[:1])


def _is_english(word: str) -> bool:
    """Or would be, with its apostrophe: wasnt, elses."""
    known = english_words()
    return word in known or (word.endswith("nt") and word[:-2] in known) or (word.endswith("s") and word[:-1] in known)


def _is_latin(text: str) -> bool:
    return len(text) >= _SHORTEST_WORD and text.isascii() and text.isalpha()


def _shortened(word: str) -> set[str]:
    """The word, and the word less each of its letters: two words one slip apart have one of these in common."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _is_slip(typed: str, meant: str) -> bool:
    """One letter too many, too few, wrong or swapped with its neighbour; not the first one, which fingers get right."""
    if typed[0] != meant[0]:
        return False
    if len(typed) != len(meant):
        return abs(len(typed) - len(meant)) == 1
    different = [place for place, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
    swapped = len(different) == 2 and sorted(typed) == sorted(meant) and different[1] - different[0] == 1
    return swapped or (len(different) == 1 and len(typed) > _SHORTEST_WORD)


def _sounds(phrase: str) -> Iterator[str]:
    """By the commonest reading of each character."""
    syllables = [sound for character in phrase for sound in readings(character)[:1]]
    if len(syllables) == len(phrase):
        yield "".join(syllables)
        if len(phrase) > 2:
            yield _ROUGH + "".join(map(blurred, syllables))


def _table(entries: list[tuple[bytes, int]]) -> tuple[Strings, np.ndarray]:
    ordered = sorted(set(entries))
    return Strings.of(key for key, _ in ordered), np.array([number for _, number in ordered], np.int32)


def _found(keys: Strings, numbers: np.ndarray, key: str) -> Iterator[int]:
    wanted = key.encode()
    place = bisect_left(keys, wanted)
    while place < len(keys) and keys[place] == wanted:
        yield int(numbers[place])
        place += 1
