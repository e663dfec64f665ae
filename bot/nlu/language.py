"""Rasa component: the language of a message, for the slot ``language`` and for everybody downstream."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
)
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.component import KefuComponent, text_of
from lang.detect import detect

LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class KefuLanguage(KefuComponent, EntityExtractorMixin):
    """Sets the property ``language`` (zh, en, None) always, the entity ``language`` only when the message shows it."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            language = detect(text_of(message))
            message.set(LANGUAGE, language, add_to_output=True)
            # An empty span: the entity is about the whole message and must not overlap the entities inside it.
            entity = {
                ENTITY_ATTRIBUTE_TYPE: LANGUAGE,
                ENTITY_ATTRIBUTE_VALUE: language,
                ENTITY_ATTRIBUTE_START: 0,
                ENTITY_ATTRIBUTE_END: 0,
                EXTRACTOR: "KefuLanguage",
            }
            message.set(ENTITIES, message.get(ENTITIES, []) + ([entity] if language else []), add_to_output=True)
        return messages
