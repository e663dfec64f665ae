"""Carries out what a customer chose among the offers for a complaint: once, and within the rules of that moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.complaint_rules import KIND_OF
from actions.outages import say_request_kept
from actions.records import clock, complaints
from actions.records.complaints import Complaint
from actions.records.models import Order, Outcome
from actions.records.port import Request
from actions.speak import HUMAN, day, money, say
from actions.turn import CustomerTurn


def complaint_payload(number: str, wish: str) -> str:
    """Of a button that belongs to a complaint."""
    return f'/check_complaint{{"complaint": "{number}", "wish": "{wish}"}}'


async def take_remedy(
    dispatcher: CollectingDispatcher, turn: CustomerTurn, made: Complaint, order: Order, remedy: str
) -> None:
    """``order``: one that the customer has proven to be theirs; a button proves nothing."""
    if made.state == "offered" and await granted_lately(order):
        # For another complaint about the same order, since this was offered.
        _refuse(dispatcher, made, order, "again")
        return
    limits, database, now = services.current().limits.complaint, services.current().database, clock.now()
    again_at = now + timedelta(hours=limits.follow_up_hours)
    taken = await database.write(complaints.take, made.number, remedy, turn.message_id, now, again_at)
    if taken is None:
        say(dispatcher, "utter_complaint_taken_already", number=made.number, offers=[HUMAN])
        return
    outcome = await services.current().records.carry_out(_request(turn, made, order, remedy))
    if outcome.result in ("done", "noted", "unavailable"):
        await database.write(complaints.carried_out, made.number, outcome.reference, now)
        _tell(dispatcher, made, order, remedy, outcome)
    else:
        await database.write(complaints.give_back, made.number, now)
        _refuse(dispatcher, made, order, outcome.reason or outcome.result)


async def granted_lately(order: Order) -> bool:
    """Whether the order was made up for within the days that the rules name."""
    since = clock.now() - timedelta(days=services.current().limits.complaint.once_in_days)
    return await services.current().database.read(complaints.granted_lately, order.order_number, since)


def _refuse(dispatcher: CollectingDispatcher, made: Complaint, order: Order, reason: str) -> None:
    said = {"number": made.number, "order_number": order.order_number}
    facts = {"complaint": made.number, "refused": reason}
    say(dispatcher, "utter_complaint_not_granted", **said, offers=[HUMAN], facts=facts)


def _request(turn: CustomerTurn, made: Complaint, order: Order, remedy: str) -> Request:
    limits = services.current().limits.complaint
    amounts = {"coupon": limits.coupon, "shipping_fee": limits.shipping_fee}
    terms: dict[str, Any] = {"currency": order.currency, "days": limits.coupon_days}
    if remedy in amounts:
        terms["amount_minor"] = amounts[remedy] * 100
    return Request(
        KIND_OF[remedy],
        order.order_number,
        order.customer_id,
        turn.conversation_id,
        turn.message_id,
        allowed_states=limits.redelivery_states if remedy == "redelivery" else None,
        once_in_hours=limits.once_in_days * 24,
        details={"complaint": made.number},
        terms=terms,
    )


def _tell(dispatcher: CollectingDispatcher, made: Complaint, order: Order, remedy: str, outcome: Outcome) -> None:
    if outcome.result == "unavailable":
        say_request_kept(dispatcher, order.order_number, outcome)
        return
    limits = services.current().limits.complaint
    amount = {"coupon": limits.coupon, "shipping_fee": limits.shipping_fee}.get(remedy, 0)
    # A shop whose system grants coupons itself sends the code in its own way.
    known = "done" if outcome.result == "done" and outcome.issued else "noted"
    until = clock.shop_day(clock.now()) + timedelta(days=limits.coupon_days)
    said = {
        "number": made.number,
        "order_number": order.order_number,
        "reference": outcome.reference,
        "amount": money(amount * 100, order.currency),
        "hours": limits.follow_up_hours,
        **({"code": outcome.issued, "until": day(until)} if known == "done" else {}),
    }
    key = f"utter_remedy_coupon_{known}" if remedy == "coupon" else f"utter_remedy_{remedy}"
    effects = [f"{KIND_OF[remedy]}:{order.order_number}"]
    facts = {"complaint": made.number, "remedy": remedy, "order_number": order.order_number}
    say(dispatcher, key, **said, effects=effects, facts=facts)
