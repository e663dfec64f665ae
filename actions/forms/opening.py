"""What is said to a wish before the form asks its first question."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.forms.description import Service
from actions.knowledge import best_answer, utter_article
from actions.second_wish import answer_second
from actions.speak import say
from actions.turn import CustomerTurn


async def say_first(dispatcher: CollectingDispatcher, turn: CustomerTurn, service: Service) -> None:
    """That we are sorry; what may help by itself, or answers what was asked along with the wish."""
    say_sorry(dispatcher, turn, service)
    if service.helped_by_article and not turn.pressed_button:
        await _say_article(dispatcher, turn)
        return
    await answer_second(dispatcher, turn)


def say_sorry(dispatcher: CollectingDispatcher, turn: CustomerTurn, service: Service) -> None:
    """To somebody who tells what went wrong, before anything is asked of them."""
    if service.sorry and not turn.pressed_button:
        say(dispatcher, f"utter_{service.name}_sorry")


async def _say_article(dispatcher: CollectingDispatcher, turn: CustomerTurn) -> None:
    hit = await best_answer(turn)
    if hit is not None:
        utter_article(dispatcher, hit)
