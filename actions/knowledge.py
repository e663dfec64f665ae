"""Answers from the knowledge base, with the article's title, link and score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.forms.asking import is_question
from actions.forms.vocabulary import topic_of
from actions.turn import CustomerTurn
from kb.search import Hit

ANSWER_FROM = 0.5
"""Least calibrated score at which an article is given as the answer (0.5: as likely right as wrong)."""


_ONE_ANSWER = {"account_security", "report_fraud", "ask_stock"}
"""Whatever is asked about these, their main article says what matters now: what to do, or where to look."""
_SHORT = {"zh": 12, "en": 40}
"""Characters up to which a question inside a form may leave out what it is about."""


async def best_answer(turn: CustomerTurn, *, intent: str = "") -> Hit | None:
    """The article that answers, or None when none is likely enough. A pressed button goes by its intent.

    ``intent``: where the action knows better than the classifier what is wanted.
    """
    if turn.pressed_button:
        return services.current().knowledge.by_intent(intent or turn.intent, turn.language)
    hits = [*await _about_the_open_service(turn), *await near_articles(turn, top=1, intent=intent)]
    found = next((hit for hit in hits if hit.score >= ANSWER_FROM), None)
    if found is None and turn.intent in _ONE_ANSWER:
        return services.current().knowledge.by_intent(turn.intent, turn.language)
    return found


async def _about_the_open_service(turn: CustomerTurn) -> list[Hit]:
    """ "And who pays the postage?", asked on the way to a return, is about returns: what is short is read with what it
    is about, and so understood where that fits better than the words alone."""
    topic = topic_of(turn.service or "", turn.language)
    if topic is None or len(turn.text) > _SHORT[turn.language] or not is_question(turn.text):
        return []
    find = services.current().knowledge.find
    alone = await find(turn.text, turn.language, top=1)
    joined = await find(f"{topic} {turn.text}", turn.language, top=1)
    return joined if joined and (not alone or joined[0].score > alone[0].score) else []


async def near_articles(turn: CustomerTurn, top: int = 3, *, intent: str = "") -> list[Hit]:
    """Articles in the neighbourhood, however unlikely, best first; for "did you mean".

    What the classifier thought of counts even where it was not sure enough to go by it.
    """
    intents = {intent: 1.0} if intent else dict(turn.ranking) or {turn.intent: turn.confidence}
    return await services.current().knowledge.find(turn.text, turn.language, top=top, intents=intents)


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
