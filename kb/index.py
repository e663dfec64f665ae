"""The index: every title, question and section of every article, by words and by sentence vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.articles import Article
from kb.lexical import LexicalIndex
from lang.encode import Encoder

PASSAGE_LENGTH = 600


@dataclass(frozen=True)
class Passage:
    """A searchable piece. ``section`` is its place in the article's sections, None for titles and questions."""

    article: int
    text: str
    section: int | None


@dataclass(frozen=True)
class Evidence:
    """What speaks for each passage: centred cosine (about −0.3..1) and share of the query's words covered (0..1.3)."""

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
        self.lexical = LexicalIndex([passage.text for passage in self.passages])
        self._vectors, self._center = self._encode()

    def _encode(self) -> tuple[np.ndarray, np.ndarray]:
        """Centred, normalised vectors. Questions and sections lie apart in the space, so each kind has its own mean."""
        vectors = np.zeros((len(self.passages), self._encoder.size), np.float32)
        center = np.zeros(self._encoder.size, np.float32)
        for kind, prefix in ((False, "query: "), (True, "passage: ")):
            rows = np.flatnonzero(self.is_section == kind)
            if not len(rows):
                continue
            found = self._encoder.encode([self.passages[row].text for row in rows], prefix, remember=True)
            mean = found.mean(axis=0)
            vectors[rows] = _unit(found - mean)
            if not kind:
                center = mean
        return vectors, center

    def evidence(self, query: str) -> Evidence:
        """One number of each kind for every passage."""
        vector = _unit(self._encoder.encode([query]) - self._center)[0]
        return Evidence(self._vectors @ vector, self.lexical.scores(query))

    def evidence_of_passage(self, row: int) -> Evidence:
        """The same for a question of ours, standing in for a customer's (used to calibrate)."""
        return Evidence(self._vectors @ self._vectors[row], self.lexical.scores(self.passages[row].text))


def _unit(vectors: np.ndarray) -> np.ndarray:
    normalized: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return normalized
