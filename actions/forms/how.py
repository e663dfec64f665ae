"""Questions around a service, answered from the articles: how it goes, and when it will be done."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.forms.description import Service
from actions.forms.hearing import asks_how
from actions.forms.vocabulary import holds
from actions.knowledge import best_answer, utter_article
from actions.speak import HUMAN, offer
from actions.turn import CustomerTurn


async def answer_how(dispatcher: CollectingDispatcher, turn: CustomerTurn, service: Service) -> bool:
    """ "How do I …", with a button that starts the service right away. False where the message is a wish, or no
    article answers it."""
    if not service.explained or not asks_how(turn):
        return False
    hit = await best_answer(turn)
    if hit is None:
        return False
    start = offer(f"button_topic_{service.name}", f"/{service.opened_by[0]}")
    utter_article(dispatcher, hit, offers=[start, HUMAN])
    return True


async def answer_when(dispatcher: CollectingDispatcher, turn: CustomerTurn, open_one: Service, other: Service) -> bool:
    """ "When do I get the money", asked on the way to a refund, is no wish to look into another one."""
    if other.name not in open_one.leads_to or turn.entity("order_number") or not holds(turn.text, "when"):
        return False
    hit = await best_answer(turn)
    if hit is None:
        return False
    utter_article(dispatcher, hit)
    return True
