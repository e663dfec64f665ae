"""Find the article, and the section of it, that answers a question in either language."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from kb.articles import Language
from kb.build import Progress
from kb.index import Evidence, Index
from kb.lead_in import without_lead_in
from kb.live import Live
from kb.records import Shown
from lang.encode import Encoder, encoder

# What it is worth, in votes, that the classifier is sure of an intent which the article's author names: much where
# articles are compared, less in the score, since questions that no article answers have a likely intent, too.
WHICH_BY_INTENT, WHETHER_BY_INTENT = 0.1, 0.03
# A section is preferred to the lead only when it speaks clearly louder: the lead is the author's short answer.
LEAD_ADVANTAGE = 0.1
# So many articles of the likely intents come into question whatever speaks for them.
_MOST_OF_INTENTS = 64
_LEAST_CONFIDENCE = 0.05


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

    def __init__(self, live: Live, sentence_encoder: Encoder, today: Callable[[], date]) -> None:
        self._live, self._encoder, self._today = live, sentence_encoder, today

    @classmethod
    def open(
        cls,
        articles_dir: Path,
        today: Callable[[], date] = date.today,
        progress: Progress | None = None,
        watch_seconds: float | None = None,
    ) -> KnowledgeBase:
        """The articles of a folder of Markdown, with the index that is kept of it under KEFU_HOME.

        ``today`` is the shop's calendar: an article outside its dates is not found. ``progress`` is told while files
        are read for the first time. With ``watch_seconds`` the folder is looked at so often from now on, and changes
        serve without a restart. A file that cannot be read is left out and told in the log; see ``faults``.
        """
        sentence_encoder = encoder()
        live = Live(articles_dir, sentence_encoder, progress)
        if watch_seconds is not None:
            live.watch(watch_seconds)
        return cls(live, sentence_encoder, today)

    @property
    def faults(self) -> tuple[str, ...]:
        """Files that cannot be read, one line each with the remedy."""
        return self._live.faults

    def check(self) -> bool:
        """Look at the folder now; whether the articles changed."""
        return self._live.check()

    def close(self) -> None:
        """Watch no longer."""
        self._live.close()

    async def find(
        self,
        text: str,
        language: Language,
        top: int = 3,
        intents: Mapping[str, float] | None = None,
        excluding: Collection[str] = (),
    ) -> list[Hit]:
        """``search`` away from the event loop."""
        return await asyncio.to_thread(self.search, text, language, top, intents, excluding)

    def search(
        self,
        text: str,
        language: Language,
        top: int = 3,
        intents: Mapping[str, float] | None = None,
        excluding: Collection[str] = (),
    ) -> list[Hit]:
        """The ``top`` best articles, best first, at most one hit an article.

        ``intents`` are the classifier's, with its confidence in each; articles whose heads list them gain.
        ``excluding`` are slugs that were shown already and did not help. Empty text finds nothing.
        """
        index, day = self._live.index, self._today()
        if not len(index) or not text.strip():
            return []
        meant_for = _meant_for(index, intents or {})
        alive = index.alive(day)
        meant = index.reader.read(without_lead_in(text))
        vector = index.query(self._encoder.encode([meant])[0], meant)
        found = index.look(vector, index.postings.ask(meant), alive, further=list(meant_for)[:_MOST_OF_INTENTS])
        sure = np.array([meant_for.get(slug, 0.0) for slug in found.slugs.tolist()])
        logits = self._live.calibration.logit(found.votes + WHETHER_BY_INTENT * sure, found.lexical)
        rank = self._live.calibration.logit(found.votes + WHICH_BY_INTENT * sure, found.lexical)
        hits: list[Hit] = []
        for place in np.argsort(-rank, kind="stable").tolist():
            if len(hits) == top:
                break
            slug = int(found.slugs[place])
            if index.slugs[slug] not in excluding and (shown := index.shown(slug, day)):
                section = _best_section(index, found, place)
                hits.append(_hit(index.slugs[slug], shown, language, section, _sigmoid(logits[place])))
        return hits

    def by_intent(self, intent: str, language: Language) -> Hit | None:
        """The main article of this intent, or else the first by name that lists it: the answer to a pressed button."""
        index, day = self._live.index, self._today()
        for slug in index.serving.get(intent, []):
            if shown := index.shown(slug, day):
                return _hit(index.slugs[slug], shown, language, 0, 1.0)
        return None


def _meant_for(index: Index, intents: Mapping[str, float]) -> dict[int, float]:
    """Articles of these intents, those of the likeliest first, with what the classifier's confidence says for each.

    The more articles list an intent, the less it says for one of them: the classifier cannot tell which is meant.
    """
    found: dict[int, float] = {}
    for intent, confidence in sorted(intents.items(), key=lambda one: -one[1]):
        if confidence >= _LEAST_CONFIDENCE:
            sharing = index.serving.get(intent, [])
            for slug in sharing:
                found[slug] = max(found.get(slug, 0.0), confidence / math.sqrt(len(sharing)))
    return found


def _hit(slug: str, both: list[Shown], language: Language, place: int, score: float) -> Hit:
    # Asked for first: the languages' order in the answer is that of their use.
    both = sorted(both, key=lambda one: one.language != language)
    shown = both[0]
    answers = {one.language: one.section(place).text for one in both}
    return Hit(
        slug=slug,
        language=shown.language,
        title=shown.title,
        answer=answers[shown.language],
        score=round(score, 4),
        link=f"/help/{slug}",
        section=shown.section(place).heading,
        titles={one.language: one.title for one in both},
        answers=answers,
    )


def _best_section(index: Index, found: Evidence, place: int) -> int:
    """The place of the section that answers best; both languages' versions of a place speak for it."""
    loudness: dict[int, float] = {}
    for member in np.flatnonzero(found.at == place):
        section = int(index.place[found.rows[member]])
        if section >= 0:
            value = float(found.dense[member] + 0.2 * found.words[member])
            loudness[section] = max(loudness.get(section, -9.0), value)
    if not loudness:
        return 0
    best = max(loudness, key=lambda section: loudness[section])
    return 0 if loudness.get(0, -9.0) + LEAD_ADVANTAGE >= loudness[best] else best


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
