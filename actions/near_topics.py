"""Where no answer is likely enough: what it may be about, as buttons, rather than nothing."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.forms.table import opened_by
from actions.knowledge import near_articles
from actions.prose import reads_as_words
from actions.speak import HUMAN, offer
from actions.turn import CustomerTurn

# Below these a guess looks silly rather than helpful.
_LEAST_CONFIDENCE = 0.25
_LEAST_SCORE = 0.3


async def offer_near_topics(dispatcher: CollectingDispatcher, turn: CustomerTurn, *, otherwise: str) -> None:
    """ "Is it one of these?", or the key ``otherwise`` where nothing is near; a human in any case.

    Understood or not, the customer has no answer: three times in a row is a reason for a human.
    """
    near = await _near_topics(turn)
    key = "utter_did_you_mean" if near else otherwise
    dispatcher.utter_message(response=key, offers=[*near, HUMAN], misunderstood=True)


async def _near_topics(turn: CustomerTurn) -> list[dict[str, Any]]:
    """Buttons: intents the classifier thought of and we can answer, then articles in the neighbourhood."""
    if not reads_as_words(turn.text):
        return []
    knowledge = services.current().knowledge
    most = services.current().limits.choices.topics_shown
    offers: list[dict[str, Any]] = []
    shown: set[str] = set()
    for intent, confidence in turn.ranking:
        if f"/{intent}" == HUMAN["payload"]:
            continue  # offered in any case
        hit = knowledge.by_intent(intent, turn.language)
        if confidence >= _LEAST_CONFIDENCE and (hit or opened_by(intent)):
            offers.append(offer(f"button_topic_{intent}", f"/{intent}"))
            shown |= {hit.slug} if hit else set()
    for hit in await near_articles(turn):
        if hit.score >= _LEAST_SCORE and hit.slug not in shown:
            title = json.dumps({"article": hit.title}, ensure_ascii=False)
            offers.append(offer("button_article", f"/inform{title}", title=dict(hit.titles)))
    return offers[:most]
