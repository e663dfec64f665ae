"""Complaints by the book: listen and record, apologise for the matter, offer what may be granted, carry it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.call_requests import heard_call
from actions.complaint_offers import facts_of, offer_remedies, orders_for_remedies, tell_how_it_stands, their_complaints
from actions.complaint_remedies import complaint_payload
from actions.complaint_rules import cause_of, is_bare
from actions.forms.begin import begin, beginning
from actions.forms.progress import read_answers
from actions.knowledge import best_answer, utter_article
from actions.records import clock, complaints
from actions.records.complaints import Complaint, Matter
from actions.records.models import Order
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn
from actions.wishes import wish_in

_NUMBER = re.compile(r"CP\d{9,14}", re.IGNORECASE)
PROVE = "prove"
_SAID = {"review": "review", "withdraw": "settled"}
"""What words ask for as a button does."""
_CAUSE_BUTTONS = ("delivery", "goods", "wrong_item", "refund", "staff")


class MakeComplaint(Action):
    """Whatever is said, it is written down first."""

    def name(self) -> str:
        return "action_make_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if await heard_call(dispatcher, tracker):
            return []
        turn = CustomerTurn.of(tracker)
        if _NUMBER.search(turn.text) or wish_in(turn.text, "complaint") == "withdraw":
            # Whoever names one, or takes it back, makes no new one.
            return await _speak_of(dispatcher, turn, tracker)
        return await _write_down(dispatcher, turn, tracker)


class CheckComplaint(Action):
    """How complaints stand, and every button of a complaint: its cause, what is offered, settled or not."""

    def name(self) -> str:
        return "action_check_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return await _speak_of(dispatcher, CustomerTurn.of(tracker), tracker)


async def _speak_of(dispatcher: CollectingDispatcher, turn: CustomerTurn, tracker: Tracker) -> list[EventType]:
    """The complaint that is named, else the latest one; somebody who has none may be making one."""
    theirs = await their_complaints(turn)
    number = _number_in(turn)
    meant = next((made for made in theirs if number in (None, made.number)), None)
    wish = turn.entity("wish") if turn.pressed_button else _SAID.get(wish_in(turn.text, "complaint") or "")
    if wish == PROVE and number is None:
        return await begin(dispatcher, tracker, "own_complaints")
    if meant and wish:
        return await _follow(dispatcher, tracker, meant, wish)
    if meant:
        tell_how_it_stands(dispatcher, meant)
    elif number is None and _tells_what_happened(turn):
        return await _write_down(dispatcher, turn, tracker)
    else:
        await _explain(dispatcher, turn)
    return []


def _tells_what_happened(turn: CustomerTurn) -> bool:
    return not turn.pressed_button and cause_of(turn.text) != "other" and wish_in(turn.text, "complaint") is None


async def _write_down(dispatcher: CollectingDispatcher, turn: CustomerTurn, tracker: Tracker) -> list[EventType]:
    orders = await orders_for_remedies(turn)
    about = _order_meant(turn, tracker, orders or ())
    text = "" if turn.pressed_button else turn.text
    matter = Matter(
        turn.message_id,
        turn.conversation_id,
        text,
        cause_of(text),
        about.customer_id if about else await access.only_customer(turn, "complaint_remedy"),
        about.order_number if about else None,
    )
    limits = services.current().limits.complaint
    made = await services.current().database.write(complaints.write_down, matter, clock.now(), limits.answer_hours)
    if is_bare(turn.text) and made.cause == "other":
        _ask_what_happened(dispatcher, made)
        return []
    enough = await offer_remedies(dispatcher, made, orders, new=True)
    # A form that is open stays so: its question is asked again, and a button leads here.
    return [] if enough or turn.form else await _prove(dispatcher, tracker, made)


async def _prove(
    dispatcher: CollectingDispatcher, tracker: Tracker, made: Complaint, remedy: str = ""
) -> list[EventType]:
    """Goes on with the complaint, or the remedy chosen, once it is known whose order it is: mostly at once."""
    details = {"complaint": made.number, **({"remedy": remedy} if remedy else {})}
    return await begin(dispatcher, tracker, "complaint_remedy", details, made.order_number)


async def _follow(dispatcher: CollectingDispatcher, tracker: Tracker, made: Complaint, wish: str) -> list[EventType]:
    """What a button of the complaint, or words, want."""
    database, turn = services.current().database, CustomerTurn.of(tracker)
    if wish in complaints.CAUSES:
        made = await database.write(complaints.name_cause, made.number, wish, clock.now())
        if not await offer_remedies(dispatcher, made, await orders_for_remedies(turn)):
            return await _prove(dispatcher, tracker, made)
    elif wish == "settled":
        await database.write(complaints.set_state, made.number, "closed", clock.now())
        say(dispatcher, "utter_complaint_closed", number=made.number, facts=facts_of(made))
    elif wish == "review":
        await database.write(complaints.set_state, made.number, "in_review", clock.now())
        # The core answers this key with a hand-over (rules/handoff.yml).
        effects = [f"review_complaint:{made.number}"]
        say(dispatcher, "utter_complaint_review", number=made.number, facts=facts_of(made), effects=effects)
    else:
        chosen = read_answers(turn.entity("answers")).get("remedy", "") if wish == PROVE else wish
        return await _prove(dispatcher, tracker, made, chosen)
    return []


def _ask_what_happened(dispatcher: CollectingDispatcher, made: Complaint) -> None:
    choices = [offer(f"button_cause_{cause}", complaint_payload(made.number, cause)) for cause in _CAUSE_BUTTONS]
    say(
        dispatcher,
        "utter_complaint_tell",
        number=made.number,
        offers=[*choices, HUMAN],
        facts=facts_of(made),
        effects=[f"make_complaint:{made.number}"],
    )


async def _explain(dispatcher: CollectingDispatcher, turn: CustomerTurn) -> None:
    """No complaint that this customer may see: how to find out otherwise."""
    hit = await best_answer(turn, intent="check_complaint")
    own = offer("button_own_complaints", beginning("own_complaints"))
    if hit is None:
        say(dispatcher, "utter_service_by_person", offers=[own])
    else:
        utter_article(dispatcher, hit, offers=[own, HUMAN])


def _number_in(turn: CustomerTurn) -> str | None:
    found = _NUMBER.search(turn.text)
    given = turn.entity("complaint") or read_answers(turn.entity("answers")).get("complaint")
    return given or (found.group().upper() if found else None)


def _order_meant(turn: CustomerTurn, tracker: Tracker, orders: Sequence[Order]) -> Order | None:
    """The order named, else the one talked about last, else the only one; never one of somebody else."""
    named = turn.entity("order_number") or tracker.get_slot("recent_order")
    if named:
        return next((order for order in orders if order.order_number == named), None)
    return orders[0] if len(orders) == 1 else None
