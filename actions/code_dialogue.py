"""Asking for a one-time code and hearing it. As with articles, the state lies in the sentence that asked for it."""

from __future__ import annotations

import re

import structlog
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.identity.codes import DIGITS, CodeVerdict
from actions.records.port import RecordsUnavailable
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn, kept_of

log = structlog.get_logger(__name__)

_CODE = re.compile(rf"(?<!\d)\d{{{DIGITS}}}(?!\d)")


async def prove(dispatcher: CollectingDispatcher, turn: CustomerTurn, intent: str, *, send: bool) -> bool:
    """Offer a code to a customer known by an order, or ``send`` it; ``intent``: what goes on afterwards.

    False where nobody is known, or there is no phone or mail to send it to: nothing was said then.
    """
    customers = await access.customers(turn)
    address = await _address(customers[0]) if len(customers) == 1 else ""
    if not address:
        return False
    again = offer("button_send_code", f'{intent}{{"wish": "code"}}')
    if not send:
        say(dispatcher, "utter_code_needed", address=address, offers=[again, HUMAN])
        return True
    codes, limits = services.current().codes, services.current().limits.identity_code
    try:
        sent = await codes.issue(turn.conversation_id, customers[0], turn.message_id, turn.language)
    except Exception as error:
        # Whatever a sender meets (a gateway that is down, a wrong key), the customer needs a way on.
        log.warning("code_not_sent", conversation=turn.conversation_id, error=repr(error))
        say(dispatcher, "utter_code_not_sent", offers=[HUMAN], facts={"identity": "code_not_sent"})
        return True
    if sent:
        facts = {"asks_for_code": intent}
        say(dispatcher, "utter_code_sent", address=address, minutes=limits.valid_minutes, facts=facts, offers=[HUMAN])
    else:
        say(dispatcher, "utter_code_too_many", offers=[HUMAN], facts={"identity": "too_many_codes"})
    return True


async def heard_code(dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Try the six digits of a message that follows our question for them; False where it is about something else."""
    turn = CustomerTurn.of(tracker)
    said = next((kept.get("facts") or {} for event in reversed(tracker.events) if (kept := kept_of(event))), {})
    intent, found = said.get("asks_for_code"), _CODE.findall(turn.text)
    if turn.form or turn.pressed_button or not intent or len(found) != 1:
        return False
    check = await services.current().codes.check(turn.conversation_id, found[0], turn.message_id)
    again = offer("button_send_code", f'{intent}{{"wish": "code"}}')
    if check.verdict is CodeVerdict.VERIFIED:
        say(dispatcher, "utter_code_right", offers=[offer("button_go_on", str(intent))], facts={"identity": "code"})
    elif check.verdict is CodeVerdict.REFUSED:
        facts = {"asks_for_code": intent, "identity": "wrong_code"}
        say(dispatcher, "utter_code_wrong", left=check.tries_left, facts=facts, offers=[again, HUMAN])
    else:
        say(dispatcher, "utter_code_spent", facts={"identity": "code_spent"}, offers=[again, HUMAN])
    return True


async def _address(customer_id: str) -> str:
    """Where a code goes, masked; empty where the shop knows no phone and no mail, or cannot say now."""
    try:
        profile = await services.current().records.customer(customer_id)
    except RecordsUnavailable:
        return ""
    return (profile.phone or profile.email) if profile else ""
