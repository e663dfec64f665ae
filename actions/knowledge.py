"""Answers from the knowledge base, with the article's title, link and score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import services
from kb.search import Hit, Language

ANSWER_FROM = 0.5
"""Least calibrated score at which an article is given as the answer (0.5: as likely right as wrong)."""


async def best_answer(text: str, intent: str | None, language: Language) -> Hit | None:
    """The article that answers, or None when none is likely enough. A button's ``/intent`` goes by its intent."""
    knowledge = services.current().knowledge
    if text.startswith("/"):
        return knowledge.by_intent(intent, language) if intent else None
    hits = await knowledge.find(text, language, top=1, intent=intent)
    return hits[0] if hits and hits[0].score >= ANSWER_FROM else None


async def near_articles(text: str, language: Language, top: int = 3) -> list[Hit]:
    """Articles in the neighbourhood, however unlikely, best first; for "did you mean"."""
    return await services.current().knowledge.find(text, language, top=top)


def utter_article(
    dispatcher: CollectingDispatcher,
    hit: Hit,
    *,
    key: str = "utter_article_answer",
    more_facts: Mapping[str, Any] | None = None,
    **extra: Any,
) -> None:
    """Say the article's answer, with a card that leads to the whole article."""
    card = {"slug": hit.slug, "title": dict(hit.titles), "link": hit.link, "score": hit.score}
    dispatcher.utter_message(
        response=key,
        answer=dict(hit.answers),
        title=dict(hit.titles),
        card={"kind": "article", "data": card},
        facts={"article": hit.slug, "score": hit.score, "section": hit.section, **(more_facts or {})},
        **extra,
    )
