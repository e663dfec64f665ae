"""Rasa component: entities by rules."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
)
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.component import KefuComponent, text_of
from bot.nlu.entity import shop
from bot.nlu.entity_rules import EntityRules


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RuleEntityExtractor(KefuComponent, EntityExtractorMixin):
    """Sets the entities of bot/nlu/entity_rules.py, for the shop of ``rules/``. Raises ShopError for wrong files."""

    def __init__(self, config: dict[str, Any], name: str = "") -> None:
        super().__init__(config, name)
        self._rules = EntityRules(shop.load())

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            entities = [
                {
                    ENTITY_ATTRIBUTE_TYPE: entity.name,
                    ENTITY_ATTRIBUTE_VALUE: entity.value,
                    ENTITY_ATTRIBUTE_START: entity.start,
                    ENTITY_ATTRIBUTE_END: entity.end,
                }
                for entity in self._rules.find(text_of(message))
            ]
            entities = self.add_extractor_name(entities)
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages
