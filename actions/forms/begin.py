"""Services that no customer's words open by themselves: an action or a button begins them, with what is known."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import access
from actions.forms.begin_payload import beginning_of
from actions.forms.case import case_of
from actions.forms.description import Needs, Service
from actions.forms.do import Finishing
from actions.forms.progress import FORM, Progress
from actions.forms.table import SERVICES
from actions.outages import say_records_down
from actions.records.port import RecordsUnavailable
from actions.speak import offer
from actions.turn import CustomerTurn


def beginning(service: str, **given: str | None) -> str:
    """The payload of a button that begins it: ``order_number``, and ``answers`` as ``Progress.answers`` writes them."""
    return beginning_of(SERVICES[service].begins or (service, None), **given)


def answers_of(details: dict[str, str]) -> str | None:
    return Progress(details=details).answers


async def begin(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    service: str,
    details: dict[str, str] | None = None,
    order_number: str | None = None,
) -> list[EventType]:
    """Do it: at once for a customer who has proven enough, else the form asks for what is missing, and goes on then."""
    turn, described = CustomerTurn.of(tracker), SERVICES[service]
    recent = tracker.get_slot("recent_order")
    wish = Progress(service=service, order_number=order_number, details=details or {}, recent_order=recent)
    try:
        # Without the form, where that can be: another service may be waiting for an answer in it.
        if not described.confirm and await _at_once(dispatcher, turn, described, wish):
            return []
    except RecordsUnavailable:
        again = beginning(service, order_number=order_number, answers=wish.answers)
        say_records_down(dispatcher, [offer("button_try_again", again)], dict(wish.details))
        return []
    return [*wish.changes_from(Progress.of(tracker)), SlotSet("requested_slot", None), FollowupAction(FORM)]


async def _at_once(dispatcher: CollectingDispatcher, turn: CustomerTurn, service: Service, wish: Progress) -> bool:
    """False where something must be asked first."""
    order = None
    if service.needs is Needs.ORDER:
        order = await access.permitted(turn, service.name, wish.order_number)
    enough = order is not None or (service.needs is Needs.CUSTOMER and await access.only_customer(turn, service.name))
    if enough:
        await service.finish(Finishing(service, await case_of(service, turn, wish, order), turn, dispatcher))
    return bool(enough)
