"""What can be done about a complaint at once, and how a complaint is spoken of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.complaint_remedies import complaint_payload, granted_lately
from actions.complaint_rules import remedies
from actions.records import clock, complaints
from actions.records.complaints import Complaint
from actions.records.models import Order
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, Argument, moment, money, offer, say, word
from actions.turn import CustomerTurn


async def offer_remedies(
    dispatcher: CollectingDispatcher, made: Complaint, orders: Sequence[Order] | None, *, new: bool = False
) -> bool:
    """Apology, the matter, and what can be done at once; for everything else the number and the deadline.

    ``orders``: None while the shop's system is down; what can be done is seen later. False where the order must be
    known first.
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
        "facts": facts_of(made),
        "effects": [f"make_complaint:{made.number}"] if new else [],
    }
    if allowed:
        assert order is not None, "nothing is offered without an order"
        choices = [choice(made, remedy, order.currency) for remedy in allowed]
        say(dispatcher, "utter_complaint_options", **said, offers=[*choices, HUMAN])
    elif orders is None and made.cause != "other":
        later = offer("button_try_again", complaint_payload(made.number, made.cause))
        said["facts"] = {**said["facts"], "records": "down"}
        say(dispatcher, "utter_complaint_records_down", **said, offers=[later, HUMAN])
    elif order is None and made.cause != "other":
        verify = offer("button_complaint_verify", complaint_payload(made.number, "prove"))
        say(dispatcher, "utter_complaint_verify_first", **said, offers=[verify, HUMAN])
        return False
    else:
        say(dispatcher, "utter_complaint_recorded", **said, offers=[HUMAN])
    return True


def matter_of(made: Complaint) -> Argument:
    """What it is about, in our words: the customer reads that somebody listened."""
    if made.order_number:
        return word(f"word_matter_of_order_{made.cause}", order_number=made.order_number)
    return word(f"word_matter_{made.cause}")


def choice(made: Complaint, remedy: str, currency: str = "CNY") -> dict[str, Any]:
    limits = services.current().limits.complaint
    amount = {"coupon": limits.coupon, "shipping_fee": limits.shipping_fee}.get(remedy)
    said = {} if amount is None else {"amount": money(amount * 100, currency)}
    return offer(f"button_remedy_{remedy}", complaint_payload(made.number, remedy), **said)


def tell_how_it_stands(dispatcher: CollectingDispatcher, made: Complaint) -> None:
    said = {
        "number": made.number,
        "matter": matter_of(made),
        "deadline": moment(made.deadline),
        "made_at": moment(made.created_at),
    }
    offers = [choice(made, remedy) for remedy in made.offered] if made.state == "offered" else []
    if made.state in ("settled", "closed"):
        offers.append(offer("button_complaint_review", complaint_payload(made.number, "review")))
    late = made.state in complaints.UNSETTLED and made.deadline < clock.now()
    key = "utter_complaint_overdue" if late else f"utter_complaint_is_{made.state}"
    say(dispatcher, key, **said, offers=[*offers, HUMAN], facts=facts_of(made))


async def their_complaints(turn: CustomerTurn) -> list[Complaint]:
    """Those made in this conversation, and all of a proven customer."""
    customers = await access.customers(turn, "own_complaints")
    return await services.current().database.read(complaints.of_customer, turn.conversation_id, list(customers))


async def orders_for_remedies(turn: CustomerTurn) -> list[Order] | None:
    """None while the shop's system is down: a complaint is taken down all the same."""
    try:
        return await access.orders(turn, "complaint_remedy")
    except RecordsUnavailable:
        return None


def facts_of(made: Complaint) -> Mapping[str, Any]:
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
