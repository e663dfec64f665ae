"""Actions of the tiny assistant: a good one and several kinds of bad ones."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

RUNS: Counter[str] = Counter()
"""How often each action ran."""

METADATA: list[dict[str, Any]] = []
"""What came along with the customers' messages."""

Events = list[dict[str, Any]]


class Counted(Action):
    """Counts its runs and leaves the rest to ``act``."""

    def name(self) -> str:
        return "action_" + type(self).__name__.lower()

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        RUNS[self.name()] += 1
        METADATA.append(tracker.latest_message["metadata"])
        return await self.act(dispatcher, tracker)

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        raise NotImplementedError


class Order(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        number = tracker.get_slot("order_number")
        if number == "SO9999":
            raise RuntimeError("the records are gone")
        dispatcher.utter_message(
            response="utter_order",
            order_number=number,
            state={"key": "word_in_transit"},
            placed_on={"date": "2025-11-01"},
            card={"kind": "order", "data": {"order_number": number}},
            facts={"verified": number},
            effects=[f"looked_at:{number}"],
            offers=[
                {
                    "response": "button_cancel",
                    "payload": f'/ask_order{{"order_number": "{number}"}}',
                    "arguments": {"order_number": number},
                }
            ],
        )
        return [SlotSet("order_number", None), SlotSet("last_four", None)]


class Break(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        raise RuntimeError(tracker.latest_message["text"])


class Raw(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(text="a sentence without a key")
        return []


class Silent(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        return []


class Lost(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response="utter_lost", misunderstood=True)
        return []


class Count(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        counter = (tracker.get_slot("counter") or 0) + 1
        dispatcher.utter_message(response="utter_count", counter=counter)
        return [SlotSet("counter", counter)]


class Clock(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response="utter_lost")
        dispatcher.utter_message(response="utter_needs_name")
        return []


class Hang(Counted):
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        await asyncio.Event().wait()
        return []


class ValidateOrderForm(FormValidationAction):
    """Refuses a number that does not exist."""

    def name(self) -> str:
        return "validate_order_form"

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if value == "SO0000":
            raise RuntimeError("validation fell over")
        return {"order_number": value}
