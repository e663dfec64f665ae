"""The one place where an action that needs the order records meets their silence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.forms.begin import beginning
from actions.forms.collected import facts
from actions.forms.description import Case
from actions.forms.progress import Progress, reset
from actions.forms.table import SERVICES, opened_by
from actions.outages import DOWN, say_records_down
from actions.records import clock
from actions.records.port import RecordsUnavailable
from actions.speak import offer
from actions.turn import CustomerTurn, said_this_turn


class OrderAction(Action, ABC):
    """Base of the actions that need the order records. What was collected goes into the facts, for who takes over."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if DOWN in said_this_turn(tracker):
            return []
        try:
            return await self.act(dispatcher, tracker, domain)
        except RecordsUnavailable:
            return end_for_now(dispatcher, await self.so_far(tracker))

    @abstractmethod
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """What the action does while the records answer."""

    async def so_far(self, tracker: Tracker) -> Progress:
        """What the customer wants, even where the outage came with the first message."""
        turn, progress = CustomerTurn.of(tracker), Progress.of(tracker)
        opened = opened_by(turn.intent)
        service = progress.service or (opened.name if opened else None)
        return replace(progress, service=service, order_number=progress.order_number or turn.entity("order_number"))


def _collected(progress: Progress) -> dict[str, Any]:
    service = SERVICES.get(progress.service or "")
    if service is None:
        return {}
    limits = services.current().limits.of(service.name)
    return facts(service, Case(None, dict(progress.details), limits, clock.now()))


def end_for_now(dispatcher: CollectingDispatcher, progress: Progress) -> list[EventType]:
    """The form ends; the button opens it again with the same order and the answers given so far."""
    given = {"order_number": progress.order_number, "answers": progress.answers}
    retry = [offer("button_try_again", beginning(progress.service, **given))] if progress.service else []
    say_records_down(dispatcher, retry, _collected(progress))
    return [ActiveLoop(None), SlotSet("requested_slot", None), *reset(progress.order_number or progress.recent_order)]
