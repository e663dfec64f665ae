"""The heart of the form: what a message means for the open service, and which question comes next.

The form asks for order number and last four digits only while the customer is not verified; a verified customer with
one order is asked neither. What the rules refuse ends it at once: nobody answers questions for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import access
from actions.call_requests import heard_call
from actions.clear_yes import is_clear_yes
from actions.forms import hearing
from actions.forms.answers import matters, named_item, options_of, pressed, read, read_anywhere, read_opening
from actions.forms.asking import is_question
from actions.forms.case import case_of, open_question
from actions.forms.description import Case, Kind, Needs, Question, Service
from actions.forms.how import answer_between, answer_how, answer_when, look_up
from actions.forms.opening import say_first, say_sorry
from actions.forms.order_action import OrderAction
from actions.forms.progress import FORM, Progress, read_answers
from actions.forms.proof import is_about_the_code, prove
from actions.forms.table import SERVICES, opened_by
from actions.forms.vocabulary import holds, option_in
from actions.records.models import Order
from actions.second_wish import answer_second
from actions.speak import say
from actions.turn import CustomerTurn, refused_this_turn

_MOST_CHANGES_OF_SERVICE = 3
"""A service may lead on to another one (a refund before dispatch is a cancellation), but not in circles."""


@dataclass(frozen=True)
class Heard:
    """What a message did. ``anything``: it held something for the form; ``elsewhere``: it was not meant for it."""

    progress: Progress
    anything: bool = False
    elsewhere: bool = False
    chosen: bool = False
    """It answers the open question with one of its options."""


class ValidateServiceForm(OrderAction):
    def name(self) -> str:
        return f"validate_{FORM}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        before = Progress.of(tracker)
        if turn.requested_slot is None:
            return await self._open(dispatcher, tracker, turn, before)
        service = SERVICES[str(before.service)]
        if refused_this_turn(tracker, FORM):
            # Coming back after a question in between: the message has had its answer.
            return await self._go_on(dispatcher, turn, before, before)
        heard = await _hear(turn, before, service, await _permitted(turn, service, before.order_number))
        other = opened_by(turn.intent)
        if hearing.calls_off(turn, service):
            heard = Heard(replace(before, confirmed=False), anything=True)
        elif hearing.gives_up(turn, service, other, heard.chosen):
            return _stopped(dispatcher, before)
        elif other and hearing.leads_away(turn, service, other, heard.anything, heard.chosen):
            if await _answered(dispatcher, turn, service, other, heard) or await look_up(
                dispatcher, turn, before, other
            ):
                return [*_touched(before), *await self._go_on(dispatcher, turn, before, before)]
            if turn.intent not in service.opened_by:
                say_sorry(dispatcher, turn, other)
                return await self._go_on(dispatcher, turn, before, await _changed(turn, before, other))
        # An unclear yes is asked again, and so is the wish that is being worked on.
        again = turn.intent in service.opened_by or (turn.requested_slot == "confirmed" and turn.intent == "affirm")
        if heard.elsewhere or not (heard.anything or again):
            return [ActionExecutionRejected(FORM)]
        return await self._go_on(dispatcher, turn, before, heard.progress)

    async def so_far(self, tracker: Tracker) -> Progress:
        """With the answer that met the outage, read by the order as it was last seen: nobody types it twice."""
        turn, before = CustomerTurn.of(tracker), await super().so_far(tracker)
        service = SERVICES.get(before.service or "")
        if service is None or service.needs is Needs.NOTHING:
            return before
        order = await access.remembered(turn, service.name, before.order_number)
        other = opened_by(turn.intent)
        if order is None or turn.requested_slot != "details" or refused_this_turn(tracker, FORM):
            return before
        heard = await _hear(turn, before, service, order)
        left = other not in (None, service) and hearing.leads_away(
            turn, service, other or service, heard.anything, heard.chosen
        )
        return before if left or heard.elsewhere else heard.progress

    async def _open(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: CustomerTurn, before: Progress
    ) -> list[EventType]:
        service = opened_by(turn.intent) or SERVICES.get(before.service or "")
        assert service is not None, f"no service is opened by {turn.intent}"
        goes_on = await heard_call(dispatcher, tracker)
        if goes_on or await answer_how(dispatcher, turn, service):
            if not goes_on:
                await answer_second(dispatcher, turn)
            return [*Progress(recent_order=before.recent_order).changes_from(before), SlotSet("requested_slot", None)]
        await say_first(dispatcher, turn, service)
        return await self._go_on(dispatcher, turn, before, await _changed(turn, before, service))

    async def _go_on(
        self, dispatcher: CollectingDispatcher, turn: CustomerTurn, before: Progress, progress: Progress
    ) -> list[EventType]:
        progress, question = await _work_in(dispatcher, turn, progress)
        # Asked for the same thing again, the form must still say to Rasa that the message was for it.
        events = progress.changes_from(before) or _touched(before)
        return [*events, SlotSet("requested_slot", question)]


async def _answered(
    dispatcher: CollectingDispatcher, turn: CustomerTurn, service: Service, other: Service, heard: Heard
) -> bool:
    """Whether it was a question, which has its answer now, and the form goes on."""
    if hearing.asks_in_between(turn, service, other, heard.anything):
        return await answer_between(dispatcher, turn, service, other)
    return other is not service and await answer_when(dispatcher, turn, service, other)


def _stopped(dispatcher: CollectingDispatcher, before: Progress) -> list[EventType]:
    """The customer gives it up: the form ends, and nothing is done."""
    say(dispatcher, "utter_stopped")
    nothing = Progress(recent_order=before.order_number or before.recent_order)
    return [*(nothing.changes_from(before) or _touched(nothing)), SlotSet("requested_slot", None)]


def _touched(progress: Progress) -> list[EventType]:
    return [SlotSet("order_number", progress.order_number)]


async def _permitted(turn: CustomerTurn, service: Service, order_number: str | None) -> Order | None:
    """The order, where the service is about one that its customer has proven to be theirs."""
    return None if service.needs is Needs.NOTHING else await access.permitted(turn, service.name, order_number)


async def _changed(turn: CustomerTurn, progress: Progress, service: Service) -> Progress:
    """The service is opened, or takes over: what it asks as well stays answered."""
    names = {question.name for question in service.questions}
    # A button that tries again brings along what was answered before.
    brought = read_answers(turn.entity("answers")) if turn.pressed_button else {}
    kept = {name: value for name, value in {**progress.details, **brought}.items() if name in names}
    progress = _with_order(turn, replace(progress, service=service.name, details=kept, confirmed=None), True)
    order = await _permitted(turn, service, progress.order_number or progress.recent_order)
    case = await case_of(service, turn, progress, order)
    found = {question.name: read_opening(question, turn, case) for question in service.questions}
    return replace(progress, details={**kept, **{name: value for name, value in found.items() if value}})


async def _hear(turn: CustomerTurn, before: Progress, service: Service, order: Order | None) -> Heard:
    """What the message says to the question that is open, and beside it. ``order``: one the customer may see."""
    if is_about_the_code(turn):
        return Heard(before, anything=True, chosen=True)
    if turn.entity("detail") == f"{service.name}=again":
        return Heard(replace(before, details={}, confirmed=None), anything=True)
    case = await case_of(service, turn, before, order)
    asked = open_question(service, case) if turn.requested_slot == "details" else None
    progress = _with_order(turn, before, order is None)
    details = _answers(turn, service, case, asked is not None)
    if progress.order_number != before.order_number:
        # Another order has other items.
        details = {name: value for name, value in {**before.details, **details}.items() if name != "item"}
        progress = replace(progress, details=details, confirmed=None)
    elif details:
        progress = replace(progress, details={**before.details, **details})
    confirmed = _confirmation(turn, before) if progress == before else None
    # Digits that prove nothing new were meant for the form all the same: a crash may have cut their handling short.
    digits = hearing.digits_of_proof(turn)
    proven_already = order is not None and turn.requested_slot == "last_four" and digits is not None
    anything = progress != before or confirmed is not None or proven_already
    chosen = asked is not None and details.get(asked.name) in options_of(asked, case)
    if anything and opened_by(turn.intent) is None and hearing.is_digression(turn, asked, chosen):
        return Heard(before, elsewhere=True)
    return Heard(replace(progress, confirmed=confirmed), anything, chosen=chosen)


def _answers(turn: CustomerTurn, service: Service, case: Case, asked: bool) -> dict[str, str]:
    """Answers in the message: to the open question first of all, to others where their shape shows it."""
    found: dict[str, str | None] = {}
    for question in service.questions:
        if turn.pressed_button:
            found[question.name] = pressed(question, turn, case)
        elif asked and question == open_question(service, case):
            found[question.name] = read(question, turn, case)
        elif matters(question, case) and (turn.requested_slot != "details" or question.kind is Kind.PHOTO):
            # A picture is nothing else, whatever is being asked.
            found[question.name] = read_anywhere(question, turn, case)
    if asked and not any(found.values()) and not turn.pressed_button and not is_question(turn.text):
        found = {question.name: _said_otherwise(question, turn, case) for question in service.questions}
    return {name: value for name, value in found.items() if value and case.details.get(name) != value}


def _said_otherwise(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """Another option for what was answered before: "make it the company", said to the question for its name."""
    if question.kind is not Kind.CHOICE or question.name not in case.details:
        return None
    return option_in(turn.text, question.name, question.options(case))


def _with_order(turn: CustomerTurn, progress: Progress, not_proven: bool) -> Progress:
    """Order number and digits of the message. Digits only while they are needed: a recipient's phone is no proof."""
    number, digits = turn.entity("order_number"), hearing.digits_of_proof(turn)
    if number:
        progress = replace(progress, order_number=number)
    elif holds(turn.text, "other_order") and not turn.pressed_button:
        progress = replace(progress, order_number=None, recent_order=None)
    if digits and (not_proven or number):
        progress = replace(progress, last_four=digits)
    return progress


def _confirmation(turn: CustomerTurn, before: Progress) -> bool | None:
    """Only for the very thing that was asked; an unclear yes is asked again."""
    if turn.requested_slot != "confirmed" or turn.entity("confirming") not in (None, before.seal):
        return None
    if turn.intent == "deny":
        return False
    return True if is_clear_yes(turn) else None


async def _work_in(
    dispatcher: CollectingDispatcher, turn: CustomerTurn, progress: Progress
) -> tuple[Progress, str | None]:
    """Prove who it is where that can be done now, then find the next question."""
    service = SERVICES[str(progress.service)]
    if service.needs is Needs.NOTHING:
        return await _after_identity(turn, progress, None)
    proof = await prove(dispatcher, turn, progress, service)
    if not proof.enough:
        return proof.progress, proof.asks
    return await _after_identity(turn, proof.progress, proof.orders.get(proof.progress.order_number or ""))


async def _after_identity(turn: CustomerTurn, progress: Progress, order: Order | None) -> tuple[Progress, str | None]:
    for _ in range(_MOST_CHANGES_OF_SERVICE):
        service = SERVICES[str(progress.service)]
        case = await case_of(service, turn, progress, order)
        better = service.instead(case)
        if better is None:
            break
        names = {question.name for question in SERVICES[better.service].questions}
        kept = {name: value for name, value in progress.details.items() if name in names}
        progress = replace(progress, service=better.service, details={**kept, **better.details}, confirmed=None)
    progress = replace(progress, details={**_given_before(turn, service, case), **case.details})
    case = replace(case, details=progress.details)
    if service.refusal(case) is not None:
        return progress, None
    if open_question(service, case):
        return progress, "details"
    return progress, "confirmed" if service.confirm and progress.confirmed is None else None


def _given_before(turn: CustomerTurn, service: Service, case: Case) -> dict[str, str]:
    """What came before it was asked: the item, named before the order was known, and a photo of a moment ago."""
    found: dict[str, str | None] = {}
    for question in service.questions:
        if question.kind is Kind.ITEM and matters(question, case):
            found[question.name] = named_item(question, turn.story, case)
        elif question.kind is Kind.PHOTO and turn.photo_at_hand and matters(question, case):
            found[question.name] = "sent"
    return {name: value for name, value in found.items() if value}
