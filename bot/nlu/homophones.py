"""Chinese characters typed for others that sound alike (腿货 for 退货), put right by the training messages' phrases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from bot.nlu.runs import runs_of
from lang.pinyin import blurred, readings
from lang.tokenize import is_han

_SHORTEST, _LONGEST = 2, 5
_LEAST_MESSAGES = 2
# Sequences across words need more evidence: most are accidents.
_LEAST_SEQUENCES = 3
_SEQUENCE_SIZES = (3, 4)
_MOST_CHANGES = 2
# Characters that stand alone in so large a share of messages (我, 了, 退) are what the customer meant.
_COMMON_SHARE = 0.006
_COMMON_LEAST = 3

Sound = tuple[str, ...]


@dataclass(frozen=True)
class Homophones:
    """``phrases`` with how much each counts; ``pairs`` of neighbouring characters, and ``common`` single ones, that are
    left as they are because the training messages write them."""

    phrases: dict[str, float]
    pairs: frozenset[str]
    common: frozenset[str]

    @classmethod
    def learn(cls, messages: Sequence[Sequence[str]]) -> Homophones:
        """From the words of each training message."""
        words, sequences, pairs, alone = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
        for message in messages:
            runs = ["".join(run) for chinese, run in runs_of(message) if chinese]
            words.update({word for word in message if is_han(word)})
            alone.update({word for word in message if len(word) == 1 and is_han(word)})
            sequences.update({gram for run in runs for size in _SEQUENCE_SIZES for gram in _windows(run, size)})
            pairs.update({gram for run in runs for gram in _windows(run, 2)})
        phrases = {gram: count / 2 for gram, count in sequences.items() if count >= _LEAST_SEQUENCES}
        phrases |= {
            word: float(count)
            for word, count in words.items()
            if count >= _LEAST_MESSAGES and _SHORTEST <= len(word) <= _LONGEST
        }
        often = max(_COMMON_LEAST, _COMMON_SHARE * len(messages))
        return cls(
            dict(sorted(phrases.items())),
            frozenset(pair for pair, count in pairs.items() if count >= _LEAST_MESSAGES),
            frozenset(character for character, count in alone.items() if count >= often),
        )

    def corrected(self, words: Sequence[str]) -> str:
        """Neighbouring Chinese words as one text of the same length. Only characters that form no word with their
        neighbours are ever replaced: real words are what the customer meant."""
        text = "".join(words)
        free = [len(word) == 1 and word not in self.common for word in words for _ in word]
        characters = list(text)
        taken = [False] * len(text)
        for _, start, phrase in sorted(self._candidates(text, free)):
            span = slice(start, start + len(phrase))
            if not any(taken[span]):
                characters[span] = phrase
                taken[span] = [True] * len(phrase)
        return "".join(characters)

    def _candidates(self, text: str, free: Sequence[bool]) -> Iterator[tuple[tuple[int, int, float], int, str]]:
        """(rank, start, phrase), a lower rank being better: sounding the same, fewer changes, then the common ones."""
        for size in range(_SHORTEST, _LONGEST + 1):
            for start, span in enumerate(_windows(text, size)):
                if not any(free[start : start + size]) or self._is_usual(span):
                    continue
                for vague, phrase in self._alike(span):
                    changed = [index for index in range(size) if span[index] != phrase[index]]
                    if len(changed) <= min(_MOST_CHANGES, size - 1) and all(free[start + index] for index in changed):
                        yield (vague, len(changed) - size, -self.phrases[phrase]), start, phrase

    def _is_usual(self, span: str) -> bool:
        return span in self.phrases or all(pair in self.pairs for pair in _windows(span, 2))

    def _alike(self, span: str) -> list[tuple[int, str]]:
        """Phrases that sound like the span: 0 the same or, where none does, 1 roughly; two characters are too few for
        the latter."""
        syllables = [readings(character)[:1] for character in span]
        if not all(syllables):
            return []
        exact = tuple(syllable[0] for syllable in syllables)
        found = [(0, phrase) for phrase in self._by_sound.get(exact, ())]
        if found or len(span) == _SHORTEST:
            return found
        return [(1, phrase) for phrase in self._by_rough_sound.get(tuple(map(blurred, exact)), ())]

    @cached_property
    def _by_sound(self) -> dict[Sound, list[str]]:
        return _index((sound, phrase) for phrase in self.phrases for sound in _sounds(phrase))

    @cached_property
    def _by_rough_sound(self) -> dict[Sound, list[str]]:
        return _index((tuple(map(blurred, sound)), phrase) for phrase in self.phrases for sound in _sounds(phrase))


def _sounds(phrase: str) -> Iterator[Sound]:
    """Two readings of a character at most: 了 is le, and liao in 用不了."""
    return product(*(readings(character)[:2] for character in phrase))


def _index(entries: Iterable[tuple[Sound, str]]) -> dict[Sound, list[str]]:
    index: dict[Sound, list[str]] = defaultdict(list)
    for sound, phrase in entries:
        if phrase not in index[sound]:
            index[sound].append(phrase)
    return dict(index)


def _windows(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(len(text) - size + 1)]
