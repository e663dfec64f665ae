"""Wishes that are about no order, kept for the staff as requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.outages import say_request_kept
from actions.records.models import Outcome
from actions.records.port import Request
from actions.speak import say
from actions.turn import CustomerTurn


async def pass_on(
    kind: str, turn: CustomerTurn, customer_id: str, details: Mapping[str, Any], corrects: str = ""
) -> Outcome:
    """Keep it for the staff, once a message; ``corrects``: see ``Request``."""
    about = (kind, "", customer_id, turn.conversation_id, turn.message_id)
    return await services.current().records.carry_out(Request(*about, details=dict(details), corrects=corrects))


def tell(dispatcher: CollectingDispatcher, kind: str, outcome: Outcome) -> None:
    """That it is noted; or only kept, while the shop's system is down."""
    if outcome.result == "unavailable":
        say_request_kept(dispatcher, "", outcome)
    else:
        effects = [f"{kind}:{outcome.reference}"]
        say(dispatcher, f"utter_{kind}_noted", reference=outcome.reference, effects=effects)
