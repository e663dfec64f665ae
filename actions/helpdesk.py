"""Services that a person carries out: the article that explains them, and a human one press away."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.knowledge import best_answer, utter_article
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn

_NEIGHBOURS = {"set_address": "change_address"}
"""What is easily meant instead: somebody who wants another address may mean that of an order."""


class AnswerService(Action):
    def name(self) -> str:
        return "action_answer_service"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        hit = await best_answer(turn)
        neighbour = _NEIGHBOURS.get(turn.intent)
        offers = [offer(f"button_topic_{neighbour}", f"/{neighbour}")] if neighbour else []
        if hit is None:
            say(dispatcher, "utter_service_by_person", offers=offers)
        else:
            utter_article(dispatcher, hit, offers=[*offers, HUMAN])
        return []
