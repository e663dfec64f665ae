"""One action after another, without Rasa and without a model: entities by the real rules, the rest as it is given."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.nlu.entity_rules import EntityRules

RULES = EntityRules()


class CareTalk:
    """One customer's conversation. ``customer``: signed in by the shop's site."""

    def __init__(self, name: str = "talk", customer: str | None = None) -> None:
        self._name = name
        self._customer = customer
        self._events: list[dict[str, Any]] = []
        self._lines = 0

    async def say(self, action: Action, text: str, intent: str) -> list[dict[str, Any]]:
        """What the action says to a typed message that is taken for ``intent``."""
        entities = [
            {"entity": found.name, "value": found.value, "start": found.start, "end": found.end}
            for found in RULES.find(text)
        ]
        return await self._run(action, text, intent, entities)

    async def say_last_again(self, action: Action) -> list[dict[str, Any]]:
        """What is said when a crash has the latest message handled a second time."""
        while self._events.pop()["event"] != "user":
            pass
        self._lines -= 1
        return await self._run(action, *self._latest)

    async def press(self, action: Action, said: dict[str, Any], button: str) -> list[dict[str, Any]]:
        """The same for a button of an earlier sentence, by the key of its label."""
        payload = next(offer["payload"] for offer in said["offers"] if offer["response"] == button)
        intent, brace, rest = payload.removeprefix("/").partition("{")
        given = json.loads(brace + rest) if brace else {}
        entities = [{"entity": name, "value": value} for name, value in given.items()]
        return await self._run(action, payload, intent, entities)

    async def _run(self, action: Action, text: str, intent: str, entities: list[Any]) -> list[dict[str, Any]]:
        self._lines += 1
        self._latest = (text, intent, entities)
        metadata = {
            "conversation_id": self._name,
            "message_id": f"{self._name}-{self._lines}",
            "customer_id": self._customer,
        }
        message = {"text": text, "intent": {"name": intent, "confidence": 0.95}, "entities": entities}
        self._events.append({"event": "user", "text": text})
        slots = {"language": "zh"}
        tracker = Tracker(
            self._name, slots, {**message, "metadata": metadata}, list(self._events), False, None, {}, "action_listen"
        )
        dispatcher = CollectingDispatcher()
        await action.run(dispatcher, tracker, {})
        for said in dispatcher.messages:
            kept = {"key": said["response"], "facts": said.get("facts") or {}}
            self._events.append({"event": "bot", "metadata": {"kefu": kept}})
        return dispatcher.messages
