"""What stands beside our search: BM25 alone over whole articles, and the nearest sentence vector alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.kb_questions import DEVELOPMENT, Question
from kb.articles import Article, read_folder
from kb.lexical import Postings
from kb.passages import passages_of
from kb.search import KnowledgeBase
from lang.encode import encoder
from lang.normalize import fold

ANSWER_FROM = 0.5
"""actions.knowledge.ANSWER_FROM, not imported because that module needs Rasa."""
ALLOWED = 0.05
"""Share of the development half's questions without an article that the others may answer; sets their thresholds."""

Ranked = tuple[list[str], float]
"""The three best articles, and how sure the first is."""
Ask = Callable[[Question], Ranked]


@dataclass(frozen=True)
class Outcome:
    """One question to one side."""

    question: Question
    best: tuple[str, ...]
    score: float


def ours(folder: Path, intents: Mapping[str, Mapping[str, float]] | None = None) -> Ask:
    """``intents``: question → the classifier's intents with its confidence in each, as the bot serves it."""
    knowledge = KnowledgeBase.open(folder)

    def ask(question: Question) -> Ranked:
        thought_of = intents.get(question.text) if intents else None
        hits = knowledge.search(question.text, "zh" if question.language == "zh" else "en", 3, thought_of)
        return [hit.slug for hit in hits], hits[0].score

    return ask


def bm25(folder: Path) -> Ask:
    articles = read_folder(folder)
    slugs, owners = _numbered(articles)
    postings = Postings.of([_whole(article) for article in articles], owners)

    def ask(question: Question) -> Ranked:
        asked = postings.ask(question.text)
        return _best(slugs, owners, asked.coverage(np.arange(len(articles))) * asked.whole)

    return ask


def vectors(folder: Path) -> Ask:
    articles = read_folder(folder)
    slugs, by_article = _numbered(articles)
    passages = [(number, passage) for number, article in enumerate(articles) for passage in passages_of(article)]
    owners = [by_article[number] for number, _ in passages]
    matrix = np.zeros((len(passages), encoder().size), np.float32)
    for prefix in ("query: ", "passage: "):
        rows = [row for row, (_, passage) in enumerate(passages) if passage.prefix == prefix]
        matrix[rows] = encoder().encode([fold(passages[row][1].text) for row in rows], prefix, remember=True)

    def ask(question: Question) -> Ranked:
        return _best(slugs, owners, matrix @ encoder().encode([fold(question.text)])[0])

    return ask


def put(ask: Ask, questions: Sequence[Question]) -> list[Outcome]:
    outcomes = []
    for question in questions:
        best, score = ask(question)
        outcomes.append(Outcome(question, tuple(best), score))
    return outcomes


def threshold(outcomes: Sequence[Outcome]) -> float:
    """The least score at which at most ``ALLOWED`` of the development half's questions without an article pass."""
    scores = sorted(
        (o.score for o in outcomes if not o.question.slugs and o.question.half == DEVELOPMENT), reverse=True
    )
    return float(np.nextafter(scores[int(ALLOWED * len(scores))], np.inf))


def figures(outcomes: Sequence[Outcome], least: float) -> dict[str, float]:
    """Shares: of questions with an article (recall@1, recall@3, answered rightly, answered wrongly), and of those
    without one (answered)."""
    asked = [o for o in outcomes if o.question.slugs]
    none = [o for o in outcomes if not o.question.slugs]
    right = [o.best[0] in o.question.slugs for o in asked]
    sure = [o.score >= least for o in asked]
    return {
        "questions": len(asked),
        "recall@1": float(np.mean(right)),
        "recall@3": float(np.mean([bool(o.question.slugs & set(o.best)) for o in asked])),
        "answered rightly": float(np.mean(np.logical_and(right, sure))),
        "answered wrongly": float(np.mean(np.logical_and(np.logical_not(right), sure))),
        "without an article": len(none),
        "without an article, answered": float(np.mean([o.score >= least for o in none])),
    }


def _numbered(articles: Sequence[Article]) -> tuple[list[str], list[int]]:
    slugs = sorted({article.slug for article in articles})
    number = {slug: place for place, slug in enumerate(slugs)}
    return slugs, [number[article.slug] for article in articles]


def _whole(article: Article) -> str:
    return "\n".join((article.title, *article.questions, *(f"{s.heading}\n{s.text}" for s in article.sections)))


def _best(slugs: Sequence[str], owners: Sequence[int], scores: np.ndarray) -> Ranked:
    best = np.full(len(slugs), -np.inf)
    np.maximum.at(best, np.array(owners), scores)
    first = np.argsort(-best, kind="stable")[:3]
    return [slugs[place] for place in first], float(best[first[0]])
