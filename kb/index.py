"""The index: every title, question and section of every article, by words and by sentence vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from kb.articles import Article
from kb.lexical import LexicalIndex
from lang.encode import Encoder
from lang.normalize import fold

PASSAGE_LENGTH = 600
BACKGROUND = Path(__file__).with_name("background.txt")


@dataclass(frozen=True)
class Passage:
    """A searchable piece. ``section`` is its place in the article's sections, None for titles and questions."""

    article: int
    text: str
    section: int | None


@dataclass(frozen=True)
class Evidence:
    """What speaks for each passage: centred cosine (about −0.3..1) and share of the query's words covered (0..1.3).

    ``vector`` is the query's own, centred and of unit length.
    """

    vector: np.ndarray
    dense: np.ndarray
    lexical: np.ndarray


def passages_of(articles: Sequence[Article]) -> list[Passage]:
    """Titles, questions and sections, in the order of the articles."""
    found = []
    for number, article in enumerate(articles):
        found.append(Passage(number, article.title, None))
        found += [Passage(number, question, None) for question in article.questions]
        for place, section in enumerate(article.sections):
            text = f"{article.title} {section.heading}\n{section.text}"[:PASSAGE_LENGTH]
            found.append(Passage(number, text, place))
    return found


class Index:
    """Immutable; build a new one when the articles change. Vectors come from the encoder's cache on disk."""

    def __init__(self, articles: Sequence[Article], encoder: Encoder) -> None:
        self.articles = tuple(articles)
        self.passages = passages_of(articles)
        self._encoder = encoder
        self.is_section = np.array([passage.section is not None for passage in self.passages], bool)
        self.owner = np.array([passage.article for passage in self.passages], np.int64)
        slugs = sorted({article.slug for article in articles})
        number = {slug: place for place, slug in enumerate(slugs)}
        self.slugs = slugs
        self.slug_of = np.array([number[articles[owner].slug] for owner in self.owner], np.int64)
        self._by_slug = np.argsort(self.slug_of, kind="stable")
        self._starts = np.searchsorted(self.slug_of[self._by_slug], np.arange(len(slugs)))
        self.lexical = LexicalIndex([passage.text for passage in self.passages], self.slug_of.tolist())
        self.vectors, self.background, self._center = self._encode()

    def _encode(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Centred, normalised vectors. Questions and sections lie apart in the space, so each kind has its own mean."""
        vectors = np.zeros((len(self.passages), self._encoder.size), np.float32)
        for kind, prefix in ((False, "query: "), (True, "passage: ")):
            texts = [fold(self.passages[row].text) for row in np.flatnonzero(self.is_section == kind)]
            vectors[self.is_section == kind] = self._encoder.encode(texts, prefix, remember=True)
        elsewhere = self._encoder.encode([fold(text) for text in background()], remember=True)
        center = np.concatenate([vectors[~self.is_section], elsewhere]).mean(axis=0)
        vectors[~self.is_section] -= center
        if self.is_section.any():
            vectors[self.is_section] -= vectors[self.is_section].mean(axis=0)
        return _unit(vectors), _unit(elsewhere - center), center

    def evidence(self, query: str) -> Evidence:
        """One number of each kind for every passage."""
        vector = _unit(self._encoder.encode([fold(query)]) - self._center)[0]
        return Evidence(vector, self.vectors @ vector, self.lexical.scores(query))

    def best_by_slug(self, values: np.ndarray) -> np.ndarray:
        """The best passage's value for each slug."""
        best: np.ndarray = np.maximum.reduceat(values[self._by_slug], self._starts)
        return best


@lru_cache(maxsize=1)
def background() -> tuple[str, ...]:
    """Sentences of both languages that no article answers; lines beginning with # are remarks."""
    lines = BACKGROUND.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _unit(vectors: np.ndarray) -> np.ndarray:
    normalized: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return normalized
