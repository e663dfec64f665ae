"""Who is it? Asks for as much proof as the service needs, and not for more (``identity_steps`` of rules/limits.yml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.forms.description import Needs, Service
from actions.forms.progress import Progress
from actions.forms.vocabulary import holds
from actions.identity.check import Verdict
from actions.identity.codes import DIGITS, CodeVerdict
from actions.identity.steps import Step
from actions.records.models import Order
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn

log = structlog.get_logger(__name__)

CODE_SLOT = "identity_code"
SEND_CODE = '/inform{"wish": "code"}'
SAID_INSTEAD = "utter_identity_log_in", "utter_identity_by_person"
"""What ends a form because nothing said here can prove enough."""
_CODE = re.compile(rf"(?<!\d)\d{{{DIGITS}}}(?!\d)")


@dataclass(frozen=True)
class Proof:
    """``asks``: the slot that must be asked for now. ``enough``: the service may go on, with one of the ``orders``."""

    progress: Progress
    asks: str | None = None
    enough: bool = False
    orders: Mapping[str, Order] = field(default_factory=dict)


def is_about_the_code(turn: CustomerTurn) -> bool:
    """Whether the message answers our question for the code: six digits, or the button that sends one."""
    return turn.requested_slot == CODE_SLOT and (bool(_code_in(turn)) or _wants_code(turn))


async def prove(dispatcher: CollectingDispatcher, turn: CustomerTurn, progress: Progress, service: Service) -> Proof:
    """One message's worth of proving: tries what the message gave, and says what is missing."""
    if service.needs is Needs.CUSTOMER and await access.customers(turn, service.name):
        # Whose order it is matters no more; the shop's system may even be down.
        return Proof(replace(progress, last_four=None), enough=True)
    known = _by_number(await access.orders_of(turn, await access.weakly_known(turn)))
    progress = replace(progress, order_number=_chosen(turn, progress, list(known)))
    number, digits = progress.order_number, progress.last_four
    if number not in known and number and digits:
        tried = await _try_digits(dispatcher, turn, progress, number, digits)
        if isinstance(tried, Proof):
            return tried
        progress, known = tried, _by_number(await access.orders_of(turn, await access.weakly_known(turn)))
    owner = await _who_must_prove_more(turn, service, known.get(number or ""), number)
    if owner is not None:
        stopped = await _prove_more(dispatcher, turn, owner, service)
        if stopped is not None:
            return Proof(progress, asks=stopped or None)
    orders = {each.order_number: each for each in await access.orders(turn, service.name)}
    progress = replace(progress, order_number=_chosen(turn, progress, list(orders)))
    if progress.order_number in orders or (
        service.needs is Needs.CUSTOMER and await access.customers(turn, service.name)
    ):
        return Proof(progress, enough=True, orders=orders)
    asks = "last_four" if progress.order_number else "order_number"
    must_prove = asks == "last_four" or not orders
    if must_prove and not await services.current().identity.tries_left(turn.conversation_id):
        return Proof(progress)
    return Proof(progress, asks)


async def _try_digits(
    dispatcher: CollectingDispatcher, turn: CustomerTurn, progress: Progress, number: str, digits: str
) -> Proof | Progress:
    """How it goes on without these digits, or with what they have proven."""
    check = await services.current().identity.verify(
        turn.conversation_id, number, digits, turn.address, turn.message_id
    )
    if check.verdict is Verdict.WRONG:
        tried = {"order_number": number, "last_four": digits, "left": check.attempts_left}
        say(dispatcher, "utter_identity_wrong", **tried, facts={"identity": check.verdict.value}, offers=[HUMAN])
        return Proof(replace(progress, last_four=None, recent_order=None), "last_four")
    if check.verdict is not Verdict.VERIFIED:
        # The form ends; what follows finds nothing that it may show, and says so.
        return Proof(replace(progress, order_number=None, last_four=None, recent_order=None))
    return replace(progress, last_four=None)


async def _who_must_prove_more(
    turn: CustomerTurn, service: Service, order: Order | None, number: str | None
) -> str | None:
    """The owner of the order meant, else the customer who has proven anything last; None where it is enough."""
    enough = await access.customers(turn, service.name)
    if order is not None:
        return None if order.customer_id in enough else order.customer_id
    known = await access.weakly_known(turn)
    return known[0] if known and number is None and not enough else None


async def _prove_more(dispatcher: CollectingDispatcher, turn: CustomerTurn, owner: str, service: Service) -> str | None:
    """None once it is proven; the slot to ask for; empty where nothing said here can prove it."""
    needed = services.current().limits.step(service.name)
    address = await _address(owner)
    if not Step.CODE.reaches(needed) or not address:
        key = "utter_identity_log_in" if needed is Step.SIGNED else "utter_identity_by_person"
        say(dispatcher, key, offers=[HUMAN], facts={"identity": f"needs_{needed.value}"})
        return ""
    code = _code_in(turn)
    if turn.requested_slot == CODE_SLOT and code:
        return await _try_code(dispatcher, turn, code)
    if turn.requested_slot == CODE_SLOT and _wants_code(turn):
        await _send_code(dispatcher, turn, owner, address)
    else:
        offers = [offer("button_send_code", SEND_CODE), HUMAN]
        say(dispatcher, "utter_code_needed", address=address, offers=offers, facts={"service": service.name})
    return CODE_SLOT


async def _try_code(dispatcher: CollectingDispatcher, turn: CustomerTurn, code: str) -> str | None:
    check = await services.current().codes.check(turn.conversation_id, code, turn.message_id)
    if check.verdict is CodeVerdict.VERIFIED:
        return None
    again = [offer("button_send_code", SEND_CODE), HUMAN]
    if check.verdict is CodeVerdict.REFUSED:
        say(dispatcher, "utter_code_wrong", left=check.tries_left, facts={"identity": "wrong_code"}, offers=again)
    else:
        say(dispatcher, "utter_code_spent", facts={"identity": "code_spent"}, offers=again)
    return CODE_SLOT


async def _send_code(dispatcher: CollectingDispatcher, turn: CustomerTurn, owner: str, address: str) -> None:
    codes, limits = services.current().codes, services.current().limits.identity_code
    try:
        sent = await codes.issue(turn.conversation_id, owner, turn.message_id, turn.language)
    except Exception as error:
        # Whatever a sender meets (a gateway that is down, a wrong key), the customer needs a way on.
        log.warning("code_not_sent", conversation=turn.conversation_id, error=repr(error))
        say(dispatcher, "utter_code_not_sent", offers=[HUMAN], facts={"identity": "code_not_sent"})
        return
    if sent:
        say(dispatcher, "utter_code_sent", address=address, minutes=limits.valid_minutes, offers=[HUMAN])
    else:
        say(dispatcher, "utter_code_too_many", offers=[HUMAN], facts={"identity": "too_many_codes"})


async def _address(customer_id: str) -> str:
    """Where a code goes, masked; empty where the shop knows no phone and no mail, or cannot say now."""
    try:
        profile = await services.current().records.customer(customer_id)
    except RecordsUnavailable:
        return ""
    return (profile.phone or profile.email) if profile else ""


def _code_in(turn: CustomerTurn) -> str | None:
    found = _CODE.findall(turn.text) if not turn.pressed_button else []
    return found[0] if len(found) == 1 else None


def _wants_code(turn: CustomerTurn) -> bool:
    return turn.pressed_button and turn.entity("wish") == "code"


def _by_number(orders: list[Order]) -> dict[str, Order]:
    return {order.order_number: order for order in orders}


def _chosen(turn: CustomerTurn, progress: Progress, verified_for: list[str]) -> str | None:
    """The order meant: the one named, else the one talked about last, else the only one there is."""
    named = progress.order_number or progress.recent_order
    if named is None and len(verified_for) == 1 and not holds(turn.text, "other_order"):
        return verified_for[0]
    return named
