"""Find the article, and the section of it, that answers a question in either language."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.articles import Article, Language, Library, Section, read_folder
from kb.calibrate import Calibration, calibrate, preference
from kb.classify import Classifier, Fit
from kb.index import Evidence, Index
from lang.encode import Encoder, encoder

# How many logits it is worth that the classifier and the article's author name the same intent.
INTENT_EVIDENCE = 2.0
# A section is preferred to the lead only when it speaks clearly louder: the lead is the author's short answer.
LEAD_ADVANTAGE = 0.1


@dataclass(frozen=True)
class Hit:
    """One answer. ``score`` 0..1 is the calibrated chance that it answers the question.

    ``title`` and ``answer`` are in the language asked for, or the only one there is; ``titles`` and
    ``answers`` hold both where both exist. ``link`` is the article's page on our own site.
    """

    slug: str
    language: Language
    title: str
    answer: str
    score: float
    link: str
    section: str
    titles: Mapping[Language, str]
    answers: Mapping[Language, str]


class KnowledgeBase:
    """All articles of a folder and the search over them. Safe to share between threads."""

    def __init__(self, articles: list[Article], sentence_encoder: Encoder) -> None:
        self._library = Library(articles)
        self._index: Index | None = None
        self._classifier: Classifier | None = None
        self._calibration = Calibration()
        if articles:
            self._build(Index(articles, sentence_encoder))

    def _build(self, index: Index) -> None:
        none = len(index.slugs)
        labels = np.concatenate([index.slug_of, np.full(len(index.background), none)])
        fit = Fit(np.concatenate([index.vectors, index.background]), labels, none + 1)
        self._index, self._classifier, self._calibration = index, fit.classifier, calibrate(index, fit)

    @classmethod
    def open(cls, articles_dir: Path) -> KnowledgeBase:
        """Read a folder of Markdown; raises ArticleError for a file whose head cannot be read."""
        return cls(read_folder(articles_dir), encoder())

    async def find(self, text: str, language: Language, top: int = 3, intent: str | None = None) -> list[Hit]:
        """``search`` away from the event loop."""
        return await asyncio.to_thread(self.search, text, language, top, intent)

    def search(self, text: str, language: Language, top: int = 3, intent: str | None = None) -> list[Hit]:
        """The ``top`` best articles, best first, at most one hit an article.

        ``intent`` is the classifier's; articles whose head lists it gain. Empty text finds nothing.
        """
        index, classifier = self._index, self._classifier
        if index is None or classifier is None or not text.strip():
            return []
        evidence = index.evidence(text)
        votes = preference(classifier.scores(evidence.vector))
        logits = self._calibration.logit(votes, index.best_by_slug(evidence.lexical))
        if intent:
            logits = logits + INTENT_EVIDENCE * np.array([self._serves(slug, intent) for slug in index.slugs])
        best = np.argsort(-logits, kind="stable")[:top]
        return [self._hit(index.slugs[number], language, evidence, _sigmoid(logits[number])) for number in best]

    def by_intent(self, intent: str, language: Language) -> Hit | None:
        """The first article, by name, whose head lists this intent: the answer to a pressed button."""
        index = self._index
        slug = next((slug for slug in index.slugs if self._serves(slug, intent)), None) if index else None
        if index is None or slug is None:
            return None
        silence = np.zeros(len(index.passages), np.float32)
        return self._hit(slug, language, Evidence(silence, silence, silence), 1.0)

    def _serves(self, slug: str, intent: str) -> bool:
        return any(intent in article.intents for article in self._library.languages(slug))

    def _hit(self, slug: str, language: Language, evidence: Evidence, score: float) -> Hit:
        place = self._best_section(slug, evidence)
        both = {article.language: article for article in self._library.languages(slug)}
        answers = {tongue: _section(article, place).text for tongue, article in both.items()}
        shown = both.get(language) or next(iter(both.values()))
        return Hit(
            slug=slug,
            language=shown.language,
            title=shown.title,
            answer=answers[shown.language],
            score=round(score, 4),
            link=f"/help/{slug}",
            section=_section(shown, place).heading,
            titles={tongue: article.title for tongue, article in both.items()},
            answers=answers,
        )

    def _best_section(self, slug: str, evidence: Evidence) -> int:
        """The place of the section that answers best; both languages' versions of a place speak for it."""
        assert self._index is not None
        loudness: dict[int, float] = {}
        for row in np.flatnonzero(self._index.slug_of == self._index.slugs.index(slug)):
            place = self._index.passages[row].section
            if place is not None:
                value = float(evidence.dense[row] + 0.2 * evidence.lexical[row])
                loudness[place] = max(loudness.get(place, -9.0), value)
        if not loudness:
            return 0
        best = max(loudness, key=lambda place: loudness[place])
        return 0 if loudness.get(0, -9.0) + LEAD_ADVANTAGE >= loudness[best] else best


def _section(article: Article, place: int) -> Section:
    if not article.sections:
        return Section("", article.title)
    return article.sections[place] if place < len(article.sections) else article.sections[0]


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
