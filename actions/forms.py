"""The forms' common heart: which question comes next, and who must prove their identity first.

A form asks for order number and last four digits only while the customer is not verified; a verified customer with one
order is asked nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.clear_yes import is_clear_yes
from actions.identity.check import Verdict
from actions.order_speech import reset_form
from actions.outages import say_records_down
from actions.records.models import Order
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, say
from actions.turn import FORM_SLOTS, CustomerTurn


@dataclass(frozen=True)
class Answers:
    """The form's slots while one message is worked in. ``recent_order``: the order talked about last."""

    order_number: str | None
    last_four: str | None
    cancel_confirmed: bool | None
    recent_order: str | None

    @classmethod
    def of(cls, tracker: Tracker) -> Answers:
        return cls(**{name: tracker.get_slot(name) for name in (*FORM_SLOTS, "recent_order")})

    def changes_from(self, before: Answers) -> list[EventType]:
        pairs = ((name, getattr(self, name)) for name in (*FORM_SLOTS, "recent_order"))
        return [SlotSet(name, value) for name, value in pairs if value != getattr(before, name)]


NOTHING_ASKED = Answers(None, None, None, None)


class OrderForm(Action, ABC):
    """Base of the ``validate_<form>`` actions. Subclasses name the form and the intents that open it."""

    form: str
    own_intents: frozenset[str]
    needs_order = True
    """False for a form that is about the customer, and content once it is known who that is."""

    def name(self) -> str:
        return f"validate_{self.form}"

    @abstractmethod
    def question_about(self, order: Order, answers: Answers) -> str | None:
        """The slot still to ask for once the order may be seen; None when nothing is missing."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        given = {
            name: value
            for name, value in tracker.slots_to_validate().items()
            if name in FORM_SLOTS and value is not None
        }
        if given and turn.another_matter(self.own_intents):
            return [ActionExecutionRejected(self.form)]
        before = Answers.of(tracker)
        try:
            answers, question = await self._work_in(dispatcher, turn, _tidy(before, turn, given))
        except RecordsUnavailable:
            # The form closes; its submit action has nothing to add.
            say_records_down(dispatcher)
            return [*reset_form(before.order_number or before.recent_order), SlotSet("requested_slot", None)]
        events = answers.changes_from(before)
        if not events and (given or turn.intent in self.own_intents):
            # Says "this message was for me" to Rasa: asked for the same thing again, the form asks its question again.
            events = [SlotSet("order_number", answers.order_number)]
        return [*events, SlotSet("requested_slot", question)]

    async def _work_in(
        self, dispatcher: CollectingDispatcher, turn: CustomerTurn, answers: Answers
    ) -> tuple[Answers, str | None]:
        orders = {order.order_number: order for order in await access.orders(turn)}
        answers = replace(answers, order_number=_chosen(answers, list(orders)))
        if answers.order_number in orders or not answers.order_number or not answers.last_four:
            return answers, await self._next_question(turn, answers, orders)
        return await self._verify(dispatcher, turn, answers)

    async def _verify(
        self, dispatcher: CollectingDispatcher, turn: CustomerTurn, answers: Answers
    ) -> tuple[Answers, str | None]:
        number, digits = str(answers.order_number), str(answers.last_four)
        check = await services.current().identity.verify(
            turn.conversation_id, number, digits, turn.address, turn.message_id
        )
        if check.verdict is Verdict.VERIFIED:
            orders = {order.order_number: order for order in await access.orders(turn)}
            answers = replace(answers, last_four=None)
            return answers, await self._next_question(turn, answers, orders)
        if check.verdict is Verdict.WRONG:
            tried = {"order_number": number, "last_four": digits, "left": check.attempts_left}
            say(dispatcher, "utter_identity_wrong", **tried, facts={"identity": check.verdict.value}, offers=[HUMAN])
            return replace(answers, last_four=None, recent_order=None), "last_four"
        # The form ends; its submit action finds nothing that it may show, and says so.
        return NOTHING_ASKED, None

    async def _next_question(self, turn: CustomerTurn, answers: Answers, orders: Mapping[str, Order]) -> str | None:
        if answers.order_number in orders:
            return self.question_about(orders[str(answers.order_number)], answers)
        if not self.needs_order and await access.customers(turn):
            return None
        question = "last_four" if answers.order_number else "order_number"
        must_prove = question == "last_four" or not orders
        if must_prove and not await services.current().identity.tries_left(turn.conversation_id):
            return None
        return question


def _tidy(answers: Answers, turn: CustomerTurn, given: Mapping[str, Any]) -> Answers:
    """Digits only from a phone; a confirmation counts only for the question it was given to."""
    number, digits = answers.order_number, answers.last_four
    confirmed = given.get("cancel_confirmed") if turn.intent in ("affirm", "deny") else None
    if "order_number" in given or turn.entity("confirming") not in (None, number):
        confirmed = None
    if confirmed and not is_clear_yes(turn):
        confirmed = None
    return replace(
        answers,
        order_number="".join(number.split()).upper() if number else None,
        last_four="".join(digits.split())[-4:] if digits else None,
        cancel_confirmed=confirmed,
    )


def _chosen(answers: Answers, verified_for: list[str]) -> str | None:
    """The order meant: the one named, else the one talked about last, else the only one there is."""
    named = answers.order_number or answers.recent_order
    return named or (verified_for[0] if len(verified_for) == 1 else None)
