"""Rasa component: weighted counts of words and character sequences as the sparse feature of a message."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import KefuComponent, text_of
from bot.nlu.explanation import explaining
from bot.nlu.features import PLACED, add_sentence_feature, with_clauses, words_of
from bot.nlu.ngrams import Grams


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class GramFeaturizer(KefuComponent, SparseFeaturizer):
    """Learns its features from the training messages."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        grams: Grams | None = None,
    ) -> None:
        SparseFeaturizer.__init__(self, name, config)
        self._alias = config.get(FEATURIZER_CLASS_ALIAS) or name
        self._storage, self._resource = model_storage, resource
        self._grams = grams
        self._explains = explaining.get()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**SparseFeaturizer.get_default_config(), "least_messages": 2}

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        return

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GramFeaturizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GramFeaturizer:
        with model_storage.read_from(resource) as folder:
            return cls(config, execution_context.node_name, model_storage, resource, Grams.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        messages = [words_of(message) for message in training_data.training_examples if text_of(message)]
        self._grams = Grams.learn(messages, least=self._config["least_messages"])
        with self._storage.write_to(self._resource) as folder:
            self._grams.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process([message for message in training_data.training_examples if text_of(message)])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._grams is None:
            raise RuntimeError("the gram featuriser has learnt nothing yet: train the model first")
        for message in with_clauses(messages):
            add_sentence_feature(message, self._grams.transform([words_of(message)]), self._alias)
        if self._explains:
            for message in messages:
                message.set(PLACED, self._grams.placed(words_of(message)))
        return messages
