"""What services do in the end, and how they tell it. All changes go through ``carry_out``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.forms.collected import facts
from actions.forms.description import Case, Refusal, Service
from actions.forms.rules import order_of
from actions.forms.speech import arguments
from actions.order_speech import order_line, say_identity_failed, say_status
from actions.outages import say_request_kept
from actions.records.clock import shop_day
from actions.records.masking import mask_email
from actions.records.models import Outcome
from actions.records.port import Request
from actions.refunds import say_no_refund, say_refund
from actions.speak import HUMAN, day, human_because, money, offer, say
from actions.turn import CustomerTurn


@dataclass(frozen=True)
class Finishing:
    """A service that is complete: verified, allowed and confirmed."""

    service: Service
    case: Case
    turn: CustomerTurn
    dispatcher: CollectingDispatcher

    def say(self, key: str, **rest: Any) -> None:
        told = {**facts(self.service, self.case), **rest.pop("facts", {})}
        say(self.dispatcher, key, **{**arguments(self.service, self.case), **rest}, facts=told)

    def note_told(self) -> None:
        """For whoever takes over: what was found is told, in words that other actions use as well."""
        for sentence in self.dispatcher.messages[-1:]:
            sentence["facts"] = {**facts(self.service, self.case), "told": True, **(sentence.get("facts") or {})}


async def carry_out(wish: Finishing) -> None:
    """Hand the request to the records, which do it or keep it for the staff; once a message, whatever happens."""
    request = request_of(wish)
    outcome = await services.current().records.carry_out(request)
    if outcome.result == "unknown":
        say_identity_failed(wish.dispatcher)
    elif outcome.result == "unavailable":
        say_request_kept(wish.dispatcher, request.order_number, outcome, facts(wish.service, wish.case))
    elif outcome.result == "refused":
        # Shipped, or changed elsewhere, since we asked.
        wish = replace(wish, case=_moved_on(wish.case, outcome))
        say_refusal(wish, wish.service.rule(wish.case) or Refusal("state"))
    else:
        _tell(wish, request, outcome)


def request_of(wish: Finishing) -> Request:
    case, limits = wish.case, wish.case.limits
    one_item = case.order is not None and len(case.order.items) == 1
    days = limits.once_in_days if one_item else None
    return Request(
        kind=wish.service.name,
        order_number=case.order.order_number if case.order else "",
        customer_id=case.order.customer_id if case.order else wish.turn.customer_id or "",
        conversation_id=wish.turn.conversation_id,
        message_id=wish.turn.message_id,
        allowed_states=limits.allowed_states,
        once_in_hours=limits.once_in_hours or (days * 24 if days else None),
        details={**case.details, "items": [item.name for item in case.items]} if case.details else {},
        terms=wish.service.terms(case),
    )


def _moved_on(case: Case, outcome: Outcome) -> Case:
    return replace(case, order=replace(order_of(case), state=outcome.state))


def _tell(wish: Finishing, request: Request, outcome: Outcome) -> None:
    changed = outcome.result in ("done", "noted")
    wish.say(
        _sentence(wish.service, outcome.result),
        reference=outcome.reference or "–",
        amount=money(outcome.amount_minor, outcome.currency),
        effects=[request.action] if changed else [],
        facts={"reference": outcome.reference},
        offers=[] if changed else [HUMAN],
    )


def _sentence(service: Service, result: str) -> str:
    """Its own words where it has some: a shop's system may do at once what ours passes on, and the other way round."""
    return f"utter_{service.name}_{result}" if result in service.results else f"utter_service_{result}"


def say_refusal(wish: Finishing, refusal: Refusal) -> None:
    """Why not, what helps instead, and a human who gets everything collected so far."""
    helps = [offer(f"button_topic_{intent}", f"/{intent}") for intent in refusal.offers]
    key = f"utter_{wish.service.name}_refused_{refusal.reason}"
    wish.say(
        key, **refusal.arguments, offers=[*helps, human_because("request_not_done")], facts={"refused": refusal.reason}
    )


# --- services that only look something up ----------------------------------------------------------------------------


async def show_order(wish: Finishing) -> None:
    """With the button that hurries it, as long as that may help."""
    order = order_of(wish.case)
    may_hurry = order.state in services.current().limits.of("expedite_order").allowed_states
    say_status(wish.dispatcher, order, offers=[offer("button_hurry", "/expedite_order")] if may_hurry else ())


async def list_orders(wish: Finishing) -> None:
    orders = await access.orders(wish.turn, wish.service.name)
    if not orders:
        say(wish.dispatcher, "utter_no_orders")
        return
    shown = orders[: services.current().limits.choices.orders_shown]
    choices = [
        offer(
            "button_track_this",
            f'/track_order{{"order_number": "{order.order_number}"}}',
            order_number=order.order_number,
        )
        for order in shown
    ]
    lines = [order_line(order) for order in shown]
    say(wish.dispatcher, "utter_order_list", count=len(orders), orders=lines, offers=choices)


async def show_refund(wish: Finishing) -> None:
    order = order_of(wish.case)
    refund = await services.current().records.refund(order.order_number)
    if refund is None:
        say_no_refund(wish.dispatcher, order)
    else:
        say_refund(wish.dispatcher, refund)


async def show_invoice(wish: Finishing) -> None:
    """The latest invoice that was asked for here, to a masked address."""
    asked = wish.case.earlier[0] if wish.case.earlier else None
    again = offer("button_topic_request_invoice", "/request_invoice")
    if asked is None:
        wish.say("utter_invoice_not_asked", offers=[again, HUMAN])
        return
    wish.say(
        f"utter_invoice_{'issued' if asked.state == 'done' else 'asked'}",
        reference=asked.reference,
        when=day(shop_day(asked.at)),
        title=str(asked.details.get("invoice_title", "–")),
        address=mask_email(str(asked.details.get("email", ""))) or "–",
        offers=[HUMAN],
    )


async def expedite(wish: Finishing) -> None:
    """Shows the status, and notes for the staff that the customer is in a hurry: once a day an order."""
    order = order_of(wish.case)
    outcome = await services.current().records.carry_out(request := request_of(wish))
    say_status(wish.dispatcher, order)
    if outcome.result == "unavailable":
        say_request_kept(wish.dispatcher, request.order_number, outcome)
    elif outcome.result in ("noted", "already"):
        _tell(wish, request, outcome)


async def advise(wish: Finishing) -> None:
    """What helps against an error at the checkout; there is nothing to change."""
    error = wish.case.details["checkout_error"]
    wish.say(f"utter_order_problem_{error}", offers=[HUMAN])
