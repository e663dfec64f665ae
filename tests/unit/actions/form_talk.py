"""The form without Rasa and without a model: messages with a given intent, entities by the real rules, real records.

Plays what Rasa's ``FormAction`` and the rules of ``data/stories`` do with the form's actions; the scenarios play the
same with Rasa itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Affirm, Deny, Stop
from actions.forms.ask import AskConfirmed, AskDetails, AskIdentityCode, AskLastFour, AskOrderNumber
from actions.forms.begin import begin
from actions.forms.finish import CarryOutService
from actions.forms.progress import FORM
from actions.forms.table import opened_by
from actions.forms.validate import ValidateServiceForm
from actions.inform import Inform
from bot.nlu.entity_rules import EntityRules

ASKS: dict[str, Action] = {
    "order_number": AskOrderNumber(),
    "last_four": AskLastFour(),
    "identity_code": AskIdentityCode(),
    "details": AskDetails(),
    "confirmed": AskConfirmed(),
}
ASIDE: dict[str, Action] = {"inform": Inform(), "affirm": Affirm()}
"""What answers outside the form, and may open it."""
RULES = EntityRules()


@dataclass
class Said:
    """One sentence of the bot: its key, arguments, the payloads of its buttons, what it changed, its facts."""

    key: str
    arguments: Mapping[str, Any]
    buttons: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


class Begins:
    """Stands for the actions that begin a service. No Action: Rasa makes one of every such class that it finds."""

    def __init__(self, service: str, order_number: str | None, details: dict[str, str]) -> None:
        self.service, self.order_number, self.details = service, order_number, details

    def name(self) -> str:
        return "action_begin"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        return await begin(dispatcher, tracker, self.service, self.details, self.order_number)


class FormTalk:
    """One customer's conversation. ``customer``: signed in by the shop's site."""

    def __init__(self, name: str = "talk", customer: str | None = None) -> None:
        self.name = name
        self.customer = customer
        self.slots: dict[str, Any] = {"language": "zh"}
        self.events: list[dict[str, Any]] = []
        self.active = False
        self.offered: list[str] = []
        self.last: Said | None = None
        self.lines = 0
        self.joined = False
        self.also: tuple[str, str] | None = None
        """Intent and clause of a second wish in the next message."""

    async def say(self, text: str, intent: str = "inform", confidence: float = 0.95) -> list[Said]:
        """A typed message, as the classifier would understand it."""
        entities = [
            {"entity": entity.name, "value": entity.value, "start": entity.start, "end": entity.end}
            for entity in RULES.find(text)
        ]
        return await self._turn(text, intent, confidence, entities)

    async def photograph(self) -> list[Said]:
        """A picture without a word."""
        return await self._turn("", "nlu_fallback", 0.0, [], "image/jpeg")

    async def press(self, payload: str) -> list[Said]:
        """A button of the bot's."""
        intent, brace, rest = payload.removeprefix("/").partition("{")
        given = json.loads(brace + rest) if brace else {}
        entities = [{"entity": name, "value": value} for name, value in given.items()]
        return await self._turn(payload, intent, 1.0, entities)

    async def begin(self, service: str, order_number: str | None = None, **details: str) -> list[Said]:
        """What an action of customer care does by ``actions/forms/begin.py``."""
        return await self._turn("/begin", "begin", 1.0, [], begins=Begins(service, order_number, details))

    @property
    def asked(self) -> str | None:
        return self.slots.get("requested_slot")

    async def _turn(
        self,
        text: str,
        intent: str,
        confidence: float,
        entities: list[Any],
        attachment: str = "",
        begins: Begins | None = None,
    ) -> list[Said]:
        self.lines += 1
        self._message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "entities": entities,
            "metadata": {
                "conversation_id": self.name,
                "message_id": f"{self.name}-{self.lines}",
                "customer_id": self.customer,
                "joined": self.joined,
                "attachment": attachment,
            },
        }
        if self.also:
            self._message["secondary_intent"] = {"name": self.also[0], "text": self.also[1]}
            self.also = None
        self.events.append(
            {"event": "user", "text": text, "metadata": self._message["metadata"], "parse_data": self._message}
        )
        self._said: list[Said] = []
        if begins is not None:
            await self._begin(begins)
        elif self.active:
            await self._to_the_form(intent)
        elif opened_by(intent) or (
            intent in ASIDE and any(event["event"] == "followup" for event in await self._run(ASIDE[intent]))
        ):
            self.active = True
            self.events.append({"event": "active_loop", "name": FORM})
            await self._form()
        return self._said

    async def _begin(self, begins: Begins) -> None:
        """At once where enough is proven, and then an open form asks its question again; else by the form."""
        events = await self._run(begins)
        asks = any(event["event"] == "followup" for event in events)
        if asks or self.active:
            if not asks:
                self.events.append({"event": "action_execution_rejected", "name": FORM})
            self.active = True
            await self._form()

    async def _to_the_form(self, intent: str) -> None:
        if await self._form():
            return
        self.events.append({"event": "action_execution_rejected", "name": FORM})
        leaving = {"stop": Stop(), "deny": Deny()}.get(intent)
        if leaving is not None:
            await self._run(leaving)
        if self.active:
            await self._form()

    async def _form(self) -> bool:
        """False where the form let the message go to somebody else."""
        events = await self._run(ValidateServiceForm())
        if any(event["event"] == "action_execution_rejected" for event in events):
            return False
        if self.active and self.asked:
            await self._run(ASKS[self.asked])
        if not self.asked or not self.active:
            self.active, self.slots["requested_slot"] = False, None
            self.events.append({"event": "active_loop", "name": None})
            await self._run(CarryOutService())
        return True

    async def _run(self, action: Action | Begins) -> list[dict[str, Any]]:
        dispatcher = CollectingDispatcher()
        loop = {"name": FORM} if self.active else {}
        tracker = Tracker(
            self.name, dict(self.slots), self._message, list(self.events), False, None, loop, "action_listen"
        )
        events: list[dict[str, Any]] = [dict(event) for event in await action.run(dispatcher, tracker, {})]
        for message in dispatcher.messages:
            self._hear(message)
        for event in events:
            self.events.append(event)
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.active = event["name"] is not None
        return events

    def _hear(self, message: Mapping[str, Any]) -> None:
        buttons = tuple(offer["payload"] for offer in message.get("offers") or ())
        self.offered.extend(buttons)
        said = Said(
            message["response"], message, buttons, tuple(message.get("effects") or ()), message.get("facts") or {}
        )
        self._said.append(said)
        self.last = said
        self.events.append({"event": "bot", "metadata": {"kefu": {"key": said.key, "facts": dict(said.facts)}}})
