"""How far the open form has come: its slots, read and written as one value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

FORM = "service_form"
FORM_SLOTS = ("service", "order_number", "last_four", "details", "confirmed")
"""Emptied when the form ends, or its next use would skip every question."""


@dataclass(frozen=True)
class Progress:
    """``details`` are the answers so far, by the question's name. ``recent_order``: the order talked about last."""

    service: str | None = None
    order_number: str | None = None
    last_four: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    confirmed: bool | None = None
    recent_order: str | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Progress:
        slots = {name: tracker.get_slot(name) for name in (*FORM_SLOTS, "recent_order")}
        return cls(**{**slots, "details": read_answers(slots["details"])})

    def changes_from(self, before: Progress) -> list[EventType]:
        own, earlier = self._slots(), before._slots()
        return [SlotSet(name, value) for name, value in own.items() if value != earlier[name]]

    def _slots(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "order_number": self.order_number,
            "last_four": self.last_four,
            "details": self.answers,
            "confirmed": self.confirmed,
            "recent_order": self.recent_order,
        }

    @property
    def answers(self) -> str | None:
        """The details as one text: Rasa knows no slot that holds a mapping and says what is in it."""
        return json.dumps(dict(self.details), ensure_ascii=False, sort_keys=True) if self.details else None

    @property
    def seal(self) -> str:
        """Names exactly what a customer is asked to confirm: the yes of an old button fits nothing else."""
        wish = json.dumps([self.service, self.order_number, sorted(self.details.items())], ensure_ascii=False)
        return hashlib.sha256(wish.encode()).hexdigest()[:16]


def read_answers(written: str | None) -> dict[str, str]:
    return json.loads(written) if written else {}


def reset(recent_order: str | None = None) -> list[EventType]:
    """Empty the form's slots. ``recent_order`` stays for what follows."""
    return [*(SlotSet(name, None) for name in FORM_SLOTS), SlotSet("recent_order", recent_order)]
