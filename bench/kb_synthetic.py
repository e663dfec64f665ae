"""A made-up library of any size: articles from a dictionary's words, and an encoder that costs nothing.

Each article has a handful of words of its own topic; its questions and sections mix them with common words, as
Zipf's law has it. A text's vector is the sum of its words' random vectors and of one that all share, as crowded as the
real encoder's (cosines of .75 to .95 between any two). So there is a right answer to every made-up question, and the
time of the search is that of real articles; how well it understands language is measured elsewhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

TOPIC_WORDS = 6
QUESTIONS, SECTIONS = 5, 3
_COMMON, _RARE = 1500, 30_000
_SIZE = 384
_SHARED = 2.0


@dataclass(frozen=True)
class MadeUp:
    """One article: its file's name and text, and a question that it answers, put in words of its own."""

    name: str
    slug: str
    language: str
    text: str
    question: str


def articles(number: int) -> Iterator[MadeUp]:
    """The first ``number`` of an endless library, every second one in Chinese; always the same."""
    for place in range(number):
        yield _article(place)


def write(folder: Path, number: int) -> list[MadeUp]:
    """The library on disk, a thousand files a folder."""
    written = list(articles(number))
    for place, article in enumerate(written):
        path = folder / f"{place // 1000:03d}" / article.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article.text, encoding="utf-8")
    return written


def _article(place: int) -> MadeUp:
    random = np.random.default_rng(place)
    language = "zh" if place % 2 else "en"
    common, rare = _words(language)
    topic = [rare[number] for number in random.integers(0, len(rare), TOPIC_WORDS)]
    slug = f"page-{place:05d}"
    join, stop = (" ", ". ") if language == "en" else ("", "。")

    def sentence(own: int, others: int) -> str:
        picked = [topic[number] for number in random.choice(TOPIC_WORDS, own, replace=False)]
        picked += [common[number] for number in _zipf(random, others)]
        random.shuffle(picked)
        return join.join(picked)

    questions = [sentence(2, 5) for _ in range(QUESTIONS)]
    body = []
    for number in range(SECTIONS):
        text = stop.join(sentence(2, 10) for _ in range(5)) + stop.strip()
        body.append(text if number == 0 else f"## {sentence(1, 3)}\n{text}")
    head = "\n".join(["---", f"title: '{sentence(3, 2)}'", "questions:", *(f"  - '{q}'" for q in questions), "---"])
    return MadeUp(f"{slug}.{language}.md", slug, language, head + "\n" + "\n\n".join(body) + "\n", sentence(3, 5))


def _zipf(random: np.random.Generator, number: int) -> np.ndarray:
    ranks: np.ndarray = np.minimum((_COMMON ** random.random(number)).astype(int) - 1, _COMMON - 1)
    return ranks


@lru_cache(maxsize=2)
def _words(language: str) -> tuple[list[str], list[str]]:
    """Common words and rare ones, from the dictionaries that the tokenisers bring."""
    if language == "en":
        from lang.english_words import english_words

        found = sorted(word for word in english_words() if word.isascii() and word.isalpha() and 3 < len(word) < 12)
    else:
        from lang.tokenize import _chinese

        found = sorted(word for word, count in _chinese().FREQ.items() if count > 3 and len(word) == 2)
    picked = [str(word) for word in np.random.default_rng(7).permutation(found)]
    return picked[:_COMMON], picked[_COMMON : _COMMON + _RARE]


class WordVectors:
    """Stands in for the sentence encoder; every text's vector is at once there."""

    kernel = "bench/made-up/1"
    size = _SIZE

    def __init__(self) -> None:
        self._shared = self._vector("").copy() * _SHARED

    @lru_cache(maxsize=100_000)  # noqa: B019 (one object, as long as the measurement)
    def _vector(self, word: str) -> np.ndarray:
        vector = np.random.default_rng(zlib.crc32(word.encode())).normal(size=_SIZE).astype(np.float32)
        unit: np.ndarray = vector / np.linalg.norm(vector)
        return unit

    def encode(self, texts: Sequence[str], prefix: str = "query: ", *, remember: bool = False) -> np.ndarray:
        found = np.zeros((len(texts), _SIZE), np.float32)
        for row, text in enumerate(texts):
            words = _parts(text)
            total = np.sum([self._vector(word) for word in words], axis=0) / max(1.0, len(words)) ** 0.5
            vector = total + self._shared
            found[row] = vector / np.linalg.norm(vector)
        return found


def _parts(text: str) -> list[str]:
    from lang.tokenize import tokenize

    return [token.text for token in tokenize(text) if token.text.isalnum()]


def as_encoder() -> Any:
    """The stand-in, where an Encoder is asked for."""
    return WordVectors()
