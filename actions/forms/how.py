"""Questions around a service: how it goes, how it is, when it will be done, by the articles; how the order stands."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import access
from actions.forms.asking import asks_how_it_is
from actions.forms.case import case_of
from actions.forms.description import Service
from actions.forms.do import Finishing
from actions.forms.hearing import asks_how
from actions.forms.progress import Progress
from actions.forms.vocabulary import holds
from actions.knowledge import best_answer, utter_article
from actions.speak import HUMAN, offer
from actions.turn import CustomerTurn


async def answer_how(dispatcher: CollectingDispatcher, turn: CustomerTurn, service: Service) -> bool:
    """ "How do I …", with a button that starts the service right away. False where the message is a wish, or no
    article answers it."""
    if not service.explained or turn.pressed_button:
        return False
    # What only looks something up does so when it is asked where a thing is.
    general = service.confirm and not turn.entity("order_number") and asks_how_it_is(turn.first_wish)
    return (general or asks_how(turn)) and await _answer(dispatcher, turn, service)


async def answer_between(
    dispatcher: CollectingDispatcher, turn: CustomerTurn, open_one: Service, other: Service
) -> bool:
    """A question inside the form. ``other``: the service whose intent it has, offered as a button where it is not the
    open one. False where no article answers it."""
    return await _answer(dispatcher, turn, other if other is not open_one else None)


async def _answer(dispatcher: CollectingDispatcher, turn: CustomerTurn, starts: Service | None) -> bool:
    hit = await best_answer(turn)
    if hit is None:
        return False
    if starts is None:
        utter_article(dispatcher, hit)
    else:
        start = offer(f"button_topic_{starts.name}", f"/{starts.opened_by[0]}")
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


async def look_up(dispatcher: CollectingDispatcher, turn: CustomerTurn, open_one: Progress, other: Service) -> bool:
    """ "Where is it now?", typed on the way to something else: shown at once, and the form goes on. False for a button,
    for another order's number, and where ``other`` does more than look something up."""
    if turn.pressed_button or turn.entity("order_number") or open_one.service == other.name:
        return False
    if other.looked_up_by is None or turn.requested_slot not in ("details", "confirmed"):
        return False
    order = await access.permitted(turn, other.name, open_one.order_number)
    if order is None:
        return False
    case = await case_of(other, turn, Progress(service=other.name), order)
    await other.looked_up_by(Finishing(other, case, turn, dispatcher))
    return True
