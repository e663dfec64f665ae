"""Stands in for our language component: entity ``language`` when the text has letters that tell."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TinyLanguage(GraphComponent):
    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, context: ExecutionContext
    ) -> TinyLanguage:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get("text") or ""
            language = "zh" if re.search(r"[一-鿿]", text) else "en" if re.search(r"[a-z]{3}", text) else None
            message.set("language", language, add_to_output=True)
            message.set("mood", -0.5 if "angry" in text else 0.0, add_to_output=True)
            message.set("mood_words", ["angry"] if "angry" in text else [], add_to_output=True)
            if language:
                found = {"entity": "language", "value": language, "extractor": "TinyLanguage"}
                message.set("entities", [*message.get("entities", []), found], add_to_output=True)
        return messages
