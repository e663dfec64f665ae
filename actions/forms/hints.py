"""What is worth a hint when a question of the form got something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker

from actions import shop
from actions.forms.description import Kind
from actions.forms.progress import Progress
from actions.forms.table import SERVICES

_OF_SLOTS = {
    "order_number": "utter_order_number_hint",
    "last_four": "utter_last_four_hint",
    "confirmed": "utter_confirm_hint",
}
_OF_KINDS = {
    Kind.CHOICE: "utter_choice_hint",
    Kind.ITEM: "utter_choice_hint",
    Kind.DAY: "utter_day_hint",
    Kind.HOURS: "utter_hours_hint",
    Kind.QUANTITY: "utter_quantity_hint",
    Kind.AMOUNT: "utter_amount_hint",
    Kind.ADDRESS: "utter_address_hint",
    Kind.EMAIL: "utter_email_hint",
    Kind.TAX_NUMBER: "utter_tax_number_hint",
}


def hint(tracker: Tracker, otherwise: str) -> tuple[str, Mapping[str, Any]]:
    """The sentence that says what the open question wants, and its arguments; ``otherwise`` where nothing helps."""
    key = _key(tracker) or otherwise
    return key, shop.looks() if key == _OF_SLOTS["order_number"] else {}


def _key(tracker: Tracker) -> str | None:
    asked = tracker.get_slot("requested_slot")
    if asked != "details":
        return _OF_SLOTS.get(asked or "")
    progress = Progress.of(tracker)
    service = SERVICES.get(progress.service or "")
    # The question itself is known to the one who asks it; for a hint the first without an answer is near enough.
    left = [question for question in (service.questions if service else ()) if question.name not in progress.details]
    return _OF_KINDS.get(left[0].kind) if left else None
