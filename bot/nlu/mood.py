"""Rasa component: the mood of a message."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.component import KefuComponent, text_of
from bot.nlu.features import dense_rows
from bot.nlu.mood_leaning import leaning
from bot.nlu.mood_score import mood


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class KefuMood(KefuComponent, EntityExtractorMixin):
    """Sets the properties ``mood`` (−1 angry … 1 pleased) and ``mood_words``; extracts no entity.

    Registered as an extractor because Rasa's recipe then runs it on messages only, never on training examples.
    """

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = text_of(message)
            told = mood(text, leaning().weight(text, dense_rows([message])[0]) if text else 0.0)
            message.set("mood", told.value, add_to_output=True)
            message.set("mood_words", list(told.words), add_to_output=True)
        return messages
