"""The ladder of identity: what may prove who somebody is, from weak to strong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Step(str, Enum):
    """A step is reached by itself and by every one after it.

    ``ORDER``: an order number with the phone's last four digits. ``CODE``: a one-time code to phone or mail on file.
    ``SIGNED``: logged in at the shop's own site. ``AGENT``: a person has made sure.
    """

    ORDER = "order"
    CODE = "code"
    SIGNED = "signed"
    AGENT = "agent"

    def reaches(self, needed: Step) -> bool:
        ladder = list(Step)
        return ladder.index(self) >= ladder.index(needed)


ORDER_SERVICES = (
    *("track_order", "expedite_order", "list_orders", "track_refund", "cancel_order", "change_address", "change_order"),
    *("schedule_delivery", "return_item", "exchange_item", "request_refund", "request_repair", "product_problem"),
    *("price_protection", "request_invoice", "check_invoice", "not_received", "wrong_or_damaged_item"),
)
CARE_SERVICES = (
    *("own_points", "own_coupon", "own_number", "newsletter_stop", "newsletter_start", "complaint_remedy"),
    *("own_complaints", "privacy_export", "privacy_erase", "privacy_keep"),
)
"""Everything that is only done or told once it is known who asks."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [*ORDER_SERVICES, *CARE_SERVICES],
    "properties": {name: {"enum": [step.value for step in Step]} for name in (*ORDER_SERVICES, *CARE_SERVICES)},
}


def read(section: Mapping[str, str]) -> Mapping[str, Step]:
    """The section ``identity_steps`` of ``rules/limits.yml``, once it fits the schema."""
    return {name: Step(value) for name, value in section.items()}
