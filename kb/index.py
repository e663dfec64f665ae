"""The index as it is searched: every title, question and section of every article, by words and by sentence vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import vstack

from kb.dense import Codes, Dense, Space, kind_of
from kb.disk import Stored
from kb.lexical import Asked, Postings
from kb.likeness import WordRows
from kb.likeness import cosines as shared_words
from kb.reading import Reader
from kb.records import FileRecord, Shown, distinct_names
from kb.strings import Strings
from kb.terms import terms
from kb.votes import WORDS, weigh

BACKGROUND = Path(__file__).with_name("background.txt")
LEAST_NEAR, MOST_NEAR = 256, 384
_ARTICLES_NEAR = 5
"""So many passages vote: about those of five articles, within what a search has time for (docs/decisions/0024)."""
_BY_VECTOR, _BY_WORDS = 96, 48
_LEAST_BACKGROUND = 30


@dataclass(frozen=True)
class Evidence:
    """What speaks for each article that came into question, and for each of its passages.

    ``slugs`` (c,) ascending; ``votes`` (c,) how much the neighbourhood prefers each to the background; ``lexical`` (c,)
    the share of the query's words that its best passage covers. ``rows`` (m,) are their passages, with the place of
    their article in ``slugs`` (``at``), the cosines (``dense``) and the shares of words (``words``) of each.
    """

    slugs: np.ndarray
    votes: np.ndarray
    lexical: np.ndarray
    rows: np.ndarray
    at: np.ndarray
    dense: np.ndarray
    words: np.ndarray


class Index:
    """Immutable; another one takes its place when the articles change. Safe to share between threads.

    ``background`` are the centred vectors of the background's sentences number ``heard``.
    """

    def __init__(self, stored: Stored) -> None:
        arrays = stored.arrays
        self.records = tuple(FileRecord.from_json(fields) for fields in stored.meta["files"])
        self.codes = Codes(arrays["codes"], arrays["scale"])
        self.kind, self.place, self.owner = arrays["kind"], arrays["place"], arrays["owner"]
        self.space = Space(arrays["centres"], arrays["middles"])
        self.postings = postings_of(arrays)
        self.reader = Reader.of(self.postings, arrays)
        self._words = WordRows.stored(self.postings, arrays, "passage")
        self._texts = Strings(arrays["texts"], arrays["text_starts"])
        self.dense = Dense(self.codes, self.kind, self.space, arrays["distances"], arrays["cells"])
        # In a small folder all of the background would shout the articles down.
        heard = min(len(arrays["background"]), max(_LEAST_BACKGROUND, 2 * len(self.codes)))
        self.heard = np.linspace(0, len(arrays["background"]) - 1, heard).astype(int)
        self.background = self.space.centred(arrays["background"][self.heard], background_kinds()[self.heard])
        self._background_words = WordRows.stored(self.postings, arrays, "background").matrix(self.heard)
        names = distinct_names(self.records)
        self.slugs = sorted(set(names))
        number = {slug: place for place, slug in enumerate(self.slugs)}
        self.slug_of_file = np.array([number[name] for name in names], np.int32)
        self._numbers = number
        ends = np.cumsum([0, *(record.passages for record in self.records)])
        self._rows_of_file = [np.arange(first, last) for first, last in pairwise(ends)]
        self._near = int(np.clip(_ARTICLES_NEAR * len(self) / max(1, len(self.slugs)), LEAST_NEAR, MOST_NEAR))
        self._days: tuple[date | None, np.ndarray | None] = (None, None)

    def __len__(self) -> int:
        """Passages."""
        return len(self.codes)

    @cached_property
    def slug_of(self) -> np.ndarray:
        """(n,) the article's number of each passage."""
        return self.slug_of_file[self.owner] if len(self.records) else np.zeros(0, np.int32)

    @cached_property
    def _files(self) -> list[list[int]]:
        files: list[list[int]] = [[] for _ in self.slugs]
        for file, slug in enumerate(self.slug_of_file.tolist()):
            files[slug].append(file)
        return files

    @cached_property
    def serving(self) -> dict[str, list[int]]:
        """Intent → the articles whose heads list it: the main one first, the others by name."""
        found: dict[str, dict[int, bool]] = {}
        for record, slug in zip(self.records, self.slug_of_file.tolist(), strict=True):
            for intent in record.intents:
                others = found.setdefault(intent, {})
                others[slug] = others.get(slug, True) and intent not in record.main_for
        return {intent: sorted(slugs, key=lambda slug: (slugs[slug], slug)) for intent, slugs in found.items()}

    def number_of(self, slug: str) -> int | None:
        return self._numbers.get(slug)

    def shown(self, slug: int, day: date) -> list[Shown]:
        """The languages of an article that are valid on ``day``."""
        files = [file for file in self._files[slug] if self.records[file].valid_on(day)]
        return [self.text_of(file) for file in files]

    def text_of(self, file: int) -> Shown:
        return Shown.decode(self.records[file], self._texts[file])

    def text_of_row(self, row: int) -> str:
        """The text of a title or question."""
        file = int(self.owner[row])
        shown = self.text_of(file)
        return (shown.title, *shown.questions)[row - int(self._rows_of_file[file][0])]

    def rows_of(self, slugs: Sequence[int]) -> np.ndarray:
        """The passages of these articles."""
        parts = [self._rows_of_file[file] for slug in slugs for file in self._files[slug]]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def alive(self, day: date) -> np.ndarray | None:
        """(n,) which passages are of files that are valid on ``day``; None for all of them."""
        known, mask = self._days
        if known != day:
            valid = np.array([record.valid_on(day) for record in self.records], bool)
            mask = None if valid.all() else valid[self.owner]
            self._days = (day, mask)
        return mask

    def query(self, raw: np.ndarray, text: str) -> np.ndarray:
        """The centred vector of a question as the encoder gave it."""
        return self.dense.query(raw, kind_of(text, True))

    def look(
        self,
        vector: np.ndarray,
        asked: Asked,
        alive: np.ndarray | None = None,
        hidden: np.ndarray | None = None,
        further: Sequence[int] = (),
        silent: int = -1,
    ) -> Evidence:
        """All evidence for a question: its centred ``vector`` and its words.

        Left out are passages that are not ``alive`` (n,), those in ``hidden``, and the background's sentence number
        ``silent``. ``further`` articles come into question whatever speaks for them.
        """
        if hidden is not None:
            alive = np.ones(len(self), bool) if alive is None else alive.copy()
            alive[hidden] = False
        near, cosines = self.dense.nearest(vector, self._near, alive)
        loudest = near[np.argsort(-cosines)[:_BY_VECTOR]]
        wordy = asked.best(_BY_WORDS)
        if alive is not None:
            wordy = wordy[alive[wordy]]
        chosen = np.union1d(self.slug_of[np.concatenate([loudest, wordy])], np.array(further, np.int32)).astype(int)
        rows = self.rows_of(chosen.tolist())
        if alive is not None:
            rows = rows[alive[rows]]
        at = np.searchsorted(chosen, self.slug_of[rows])
        words = asked.coverage(rows)
        lexical = np.zeros(len(chosen), np.float32)
        np.maximum.at(lexical, at, words)
        more = np.setdiff1d(wordy, near)
        near, cosines = np.concatenate([near, more]), np.concatenate([cosines, self.dense.cosines(more, vector)])
        votes = self._votes(asked, vector, near, cosines, chosen, silent)
        return Evidence(chosen, votes, lexical, rows, at, self.dense.cosines(rows, vector), words)

    def _votes(
        self, asked: Asked, vector: np.ndarray, near: np.ndarray, cosines: np.ndarray, slugs: np.ndarray, silent: int
    ) -> np.ndarray:
        together = np.concatenate([cosines, self.background @ vector])
        words = vstack([self._words.matrix(near), self._background_words], format="csr")
        shared = shared_words(words, asked)
        loudness = together + WORDS * shared
        if silent >= 0:
            loudness[len(near) + silent] = -np.inf
        nearest = np.argsort(-loudness)[: min(self._near, len(loudness) - (silent >= 0))]
        nearest = np.sort(nearest)
        ours, theirs = nearest[nearest < len(near)], nearest[nearest >= len(near)] - len(near)
        neighbours = np.concatenate([self.dense.vectors(near[ours]), self.background[theirs]])
        weights = weigh(neighbours, together[nearest], words[nearest], shared[nearest])
        votes = np.bincount(self.slug_of[near[ours]], weights[: len(ours)], minlength=len(self.slugs))[slugs]
        preferred: np.ndarray = votes - weights[len(ours) :].sum()
        return preferred


def postings_of(arrays: Any) -> Postings:
    """The lists of words as ``build`` stored them."""
    return Postings(
        words=Strings(arrays["words"], arrays["word_starts"]),
        starts=arrays["starts"],
        rows=arrays["rows"],
        counts=arrays["counts"],
        holders=arrays["holders"],
        lengths=arrays["lengths"],
        articles=int(arrays["articles"][0]),
    )


@lru_cache(maxsize=1)
def background() -> tuple[str, ...]:
    """Sentences of both languages that no article answers; lines beginning with # are remarks."""
    lines = BACKGROUND.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@lru_cache(maxsize=1)
def background_terms() -> tuple[tuple[str, ...], ...]:
    """What counts as words in each sentence."""
    return tuple(tuple(terms(text)) for text in background())


def background_kinds() -> np.ndarray:
    """The kind of each sentence."""
    return np.array([kind_of(text, True) for text in background()], np.int8)
