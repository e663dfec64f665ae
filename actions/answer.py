"""The answer to every intent that asks for information."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.feedback import ask_whether_it_helped
from actions.forms.asking import is_question
from actions.forms.hints import hint
from actions.knowledge import best_answer, utter_article
from actions.near_topics import offer_near_topics
from actions.second_wish import answer_second
from actions.turn import CustomerTurn


class AnswerFromKnowledge(Action):
    """Without an article that is likely enough it asks whether it is one of those near, and offers a human."""

    def name(self) -> str:
        return "action_answer_from_knowledge"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        hit = await best_answer(turn)
        if hit is None:
            await _say_none(dispatcher, tracker, turn)
            return []
        utter_article(dispatcher, hit, **ask_whether_it_helped(turn, hit))
        await answer_second(dispatcher, turn)
        return []


async def _say_none(dispatcher: CollectingDispatcher, tracker: Tracker, turn: CustomerTurn) -> None:
    """Other topics would only lead away from an open form; what asks nothing was meant for its question."""
    if not turn.form:
        await offer_near_topics(dispatcher, turn, otherwise="utter_no_article")
        return
    key, said = ("utter_no_article", {}) if is_question(turn.text) else hint(tracker, "utter_not_understood")
    dispatcher.utter_message(response=key, **said, misunderstood=True)
