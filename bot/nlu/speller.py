"""Rasa component: puts wrong characters and letters right by the words of the training examples."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import KefuComponent, text_of
from bot.nlu.features import set_reading, with_clauses, words_of
from bot.nlu.spelling import Spelling


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Speller(KefuComponent):
    """Sets the property ``read_as`` on messages that it reads otherwise than they are written.

    Registered as a featuriser because Rasa's recipe has no kind of its own for what works on words. Training examples
    stay as they are: whatever they write is right.
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        spelling: Spelling | None = None,
    ) -> None:
        super().__init__(config, name)
        self._storage, self._resource = model_storage, resource
        self._spelling = spelling

    @staticmethod
    def required_packages() -> list[str]:
        # Not spellchecker: Rasa asks for a distribution of the module's name, and that one's is pyspellchecker.
        return ["pypinyin"]

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Speller:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Speller:
        with model_storage.read_from(resource) as folder:
            return cls(config, execution_context.node_name, model_storage, resource, Spelling.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        messages = [words_of(message) for message in training_data.training_examples if text_of(message)]
        self._spelling = Spelling.learn(messages)
        with self._storage.write_to(self._resource) as folder:
            self._spelling.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._spelling is None:
            raise RuntimeError("the speller has learnt nothing yet: train the model first")
        for message in with_clauses(messages):
            words = words_of(message)
            meant = self._spelling.corrected(words)
            if meant != words:
                set_reading(message, meant)
        return messages
