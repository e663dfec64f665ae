"""Complaints by the book: listen and record, apologise for the matter, offer what may be granted, carry it out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.complaint_remedies import complaint_payload, granted_lately, take_remedy
from actions.complaint_rules import cause_of, is_bare, remedies
from actions.knowledge import best_answer, utter_article
from actions.records import clock, complaints
from actions.records.complaints import Complaint, Matter
from actions.records.models import Order
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, Argument, moment, money, offer, say, word
from actions.turn import CustomerTurn
from actions.wishes import wish_in

_NUMBER = re.compile(r"CP\d{9,14}", re.IGNORECASE)
_SAID = {"review": "review", "withdraw": "settled"}
"""What words ask for as a button does."""
_CAUSE_BUTTONS = ("delivery", "goods", "wrong_item", "refund", "staff")


class MakeComplaint(Action):
    """Whatever is said, it is written down first."""

    def name(self) -> str:
        return "action_make_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        if _NUMBER.search(turn.text) or wish_in(turn.text, "complaint") == "withdraw":
            # Whoever names one, or takes it back, makes no new one.
            await _speak_of(dispatcher, turn, tracker)
        else:
            await _write_down(dispatcher, turn, tracker)
        return []


class CheckComplaint(Action):
    """How complaints stand, and every button of a complaint: its cause, what is offered, settled or not."""

    def name(self) -> str:
        return "action_check_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        await _speak_of(dispatcher, CustomerTurn.of(tracker), tracker)
        return []


async def _speak_of(dispatcher: CollectingDispatcher, turn: CustomerTurn, tracker: Tracker) -> None:
    """The complaint that is named, else the latest one; somebody who has none may be making one."""
    theirs = await _their_complaints(turn)
    number = _number_in(turn)
    meant = next((made for made in theirs if number in (None, made.number)), None)
    wish = turn.entity("wish") if turn.pressed_button else _SAID.get(wish_in(turn.text, "complaint") or "")
    if meant and wish:
        await _follow(dispatcher, turn, meant, wish)
    elif meant:
        _tell_how_it_stands(dispatcher, meant)
    elif number is None and _tells_what_happened(turn):
        await _write_down(dispatcher, turn, tracker)
    else:
        await _explain(dispatcher, turn)


def _tells_what_happened(turn: CustomerTurn) -> bool:
    return not turn.pressed_button and cause_of(turn.text) != "other" and wish_in(turn.text, "complaint") is None


async def _write_down(dispatcher: CollectingDispatcher, turn: CustomerTurn, tracker: Tracker) -> None:
    orders = await _orders(turn)
    about = _order_meant(turn, tracker, orders or ())
    text = "" if turn.pressed_button else turn.text
    matter = Matter(
        turn.message_id,
        turn.conversation_id,
        text,
        cause_of(text),
        about.customer_id if about else _only_customer(await access.customers(turn)),
        about.order_number if about else None,
    )
    limits = services.current().limits.complaint
    made = await services.current().database.write(complaints.write_down, matter, clock.now(), limits.answer_hours)
    if is_bare(turn.text) and made.cause == "other":
        _ask_what_happened(dispatcher, made)
    else:
        await offer_remedies(dispatcher, made, orders, new=True)


async def _follow(dispatcher: CollectingDispatcher, turn: CustomerTurn, made: Complaint, wish: str) -> None:
    database = services.current().database
    if wish in complaints.CAUSES:
        made = await database.write(complaints.name_cause, made.number, wish, clock.now())
        await offer_remedies(dispatcher, made, await _orders(turn))
    elif wish == "settled":
        await database.write(complaints.set_state, made.number, "closed", clock.now())
        say(dispatcher, "utter_complaint_closed", number=made.number, facts=_facts(made))
    elif wish == "review":
        await database.write(complaints.set_state, made.number, "in_review", clock.now())
        # The core answers this key with a hand-over (rules/handoff.yml).
        effects = [f"review_complaint:{made.number}"]
        say(dispatcher, "utter_complaint_review", number=made.number, facts=_facts(made), effects=effects)
    else:
        await take_remedy(dispatcher, turn, made, wish)


async def offer_remedies(
    dispatcher: CollectingDispatcher, made: Complaint, orders: Sequence[Order] | None, *, new: bool = False
) -> None:
    """Apology, the matter, and what can be done at once; for everything else the number and the deadline.

    ``orders``: None while the shop's system is down; what can be done is seen later.
    """
    order = next((order for order in orders or () if order.order_number == made.order_number), None)
    if order is None and orders and len(orders) == 1:
        order = orders[0]
    limits = services.current().limits.complaint
    allowed = remedies(made.cause, order, limits, clock.now())
    if order is not None and await granted_lately(order):
        allowed = ()
    whose = {"customer_id": order.customer_id, "order_number": order.order_number} if order else {}
    made = await services.current().database.write(complaints.offer, made.number, allowed, clock.now(), **whose)
    said: dict[str, Any] = {
        "number": made.number,
        "matter": matter_of(made),
        "deadline": moment(made.deadline),
        "facts": _facts(made),
        "effects": [f"make_complaint:{made.number}"] if new else [],
    }
    if allowed:
        assert order is not None, "nothing is offered without an order"
        choices = [_choice(made, remedy, order.currency) for remedy in allowed]
        say(dispatcher, "utter_complaint_options", **said, offers=[*choices, HUMAN])
    elif orders is None and made.cause != "other":
        later = offer("button_try_again", complaint_payload(made.number, made.cause))
        said["facts"] = {**said["facts"], "records": "down"}
        say(dispatcher, "utter_complaint_records_down", **said, offers=[later, HUMAN])
    elif order is None and made.cause != "other":
        verify = offer("button_complaint_verify", "/list_orders")
        say(dispatcher, "utter_complaint_verify_first", **said, offers=[verify, HUMAN])
    else:
        say(dispatcher, "utter_complaint_recorded", **said, offers=[HUMAN])


def matter_of(made: Complaint) -> Argument:
    """What it is about, in our words: the customer reads that somebody listened."""
    if made.order_number:
        return word(f"word_matter_of_order_{made.cause}", order_number=made.order_number)
    return word(f"word_matter_{made.cause}")


def _choice(made: Complaint, remedy: str, currency: str = "CNY") -> dict[str, Any]:
    limits = services.current().limits.complaint
    amount = {"coupon": limits.coupon, "shipping_fee": limits.shipping_fee}.get(remedy)
    said = {} if amount is None else {"amount": money(amount * 100, currency)}
    return offer(f"button_remedy_{remedy}", complaint_payload(made.number, remedy), **said)


def _ask_what_happened(dispatcher: CollectingDispatcher, made: Complaint) -> None:
    choices = [offer(f"button_cause_{cause}", complaint_payload(made.number, cause)) for cause in _CAUSE_BUTTONS]
    say(
        dispatcher,
        "utter_complaint_tell",
        number=made.number,
        offers=[*choices, HUMAN],
        facts=_facts(made),
        effects=[f"make_complaint:{made.number}"],
    )


def _tell_how_it_stands(dispatcher: CollectingDispatcher, made: Complaint) -> None:
    said = {
        "number": made.number,
        "matter": matter_of(made),
        "deadline": moment(made.deadline),
        "made_at": moment(made.created_at),
    }
    offers = [_choice(made, remedy) for remedy in made.offered] if made.state == "offered" else []
    if made.state in ("settled", "closed"):
        offers.append(offer("button_complaint_review", complaint_payload(made.number, "review")))
    late = made.state in complaints.UNSETTLED and made.deadline < clock.now()
    key = "utter_complaint_overdue" if late else f"utter_complaint_is_{made.state}"
    say(dispatcher, key, **said, offers=[*offers, HUMAN], facts=_facts(made))


async def _explain(dispatcher: CollectingDispatcher, turn: CustomerTurn) -> None:
    """No complaint that this customer may see: how to find out otherwise."""
    hit = await best_answer(turn, intent="check_complaint")
    if hit is None:
        say(dispatcher, "utter_service_by_person")
    else:
        utter_article(dispatcher, hit, offers=[HUMAN])


async def _their_complaints(turn: CustomerTurn) -> list[Complaint]:
    customers = await access.customers(turn)
    return await services.current().database.read(complaints.of_customer, turn.conversation_id, list(customers))


def _number_in(turn: CustomerTurn) -> str | None:
    found = _NUMBER.search(turn.text)
    return turn.entity("complaint") or (found.group().upper() if found else None)


async def _orders(turn: CustomerTurn) -> list[Order] | None:
    """None while the shop's system is down: a complaint is taken down all the same."""
    try:
        return await access.orders(turn)
    except RecordsUnavailable:
        return None


def _order_meant(turn: CustomerTurn, tracker: Tracker, orders: Sequence[Order]) -> Order | None:
    """The order named, else the one talked about last, else the only one; never one of somebody else."""
    named = turn.entity("order_number") or tracker.get_slot("recent_order")
    if named:
        return next((order for order in orders if order.order_number == named), None)
    return orders[0] if len(orders) == 1 else None


def _only_customer(customers: Sequence[str]) -> str | None:
    return customers[0] if len(customers) == 1 else None


def _facts(made: Complaint) -> Mapping[str, Any]:
    """For the dossier of whoever takes over: everything, the customer's own words included."""
    return {
        "complaint": made.number,
        "cause": made.cause,
        "complaint_words": [said["text"] for said in made.words if said["text"]],
        "complaint_state": made.state,
        "offered": list(made.offered),
        "remedy": made.remedy,
        "deadline": _stamp(made.deadline),
        **({"order_number": made.order_number} if made.order_number else {}),
    }


def _stamp(value: datetime) -> str:
    return value.isoformat()
