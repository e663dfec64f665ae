""" "How do I …": answered from the articles, with a button that starts the service right away."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.forms.description import Service
from actions.forms.hearing import asks_how
from actions.knowledge import best_answer, utter_article
from actions.speak import HUMAN, offer
from actions.turn import CustomerTurn


async def answer_how(dispatcher: CollectingDispatcher, turn: CustomerTurn, service: Service) -> bool:
    """False where the message is a wish, or no article answers it."""
    if not service.explained or not asks_how(turn):
        return False
    hit = await best_answer(turn.text, turn.intent, turn.language)
    if hit is None:
        return False
    start = offer(f"button_topic_{service.name}", f"/{service.opened_by[0]}")
    utter_article(dispatcher, hit, offers=[start, HUMAN])
    return True
