"""Rasa component: the intent of a message, or ``nlu_fallback`` when it is about none of them."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.nlu import model_files
from bot.nlu.component import KefuComponent, text_of
from bot.nlu.explanation import Examples, explain, explaining
from bot.nlu.features import ANNOUNCED, CLAUSES, PLACED, dense_rows, sparse_rows, with_clauses, words_of
from bot.nlu.intent_model import IntentModel, Verdict
from bot.nlu.messages_view import View
from bot.nlu.second_intent import Part, second_intent

SECONDARY_INTENT = "secondary_intent"
EXPLANATION = "explanation"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class GuardedClassifier(KefuComponent, IntentClassifier):
    """A classifier over all featurisers' sentence features, with an out-of-scope guard.

    Configuration: ``false_refusals`` is the share of rightly understood messages that the guard may refuse;
    ``ranking_length`` how many intents are told; ``never_second`` lists intents that are no second request.

    Loaded while ``explaining`` is set it also explains itself in the property ``explanation``.
    Sets ``secondary_intent`` (``name``, ``confidence``, ``text``: the clause that asks for it) where a message has one.
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
        examples: Examples | None = None,
    ) -> None:
        super().__init__(config, name)
        self._storage, self._resource = model_storage, resource
        self._model = model
        self._examples = examples

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"false_refusals": 0.1, "ranking_length": 10, "never_second": []}

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "scipy"]

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GuardedClassifier:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GuardedClassifier:
        # Loaded to serve: products of one message's size gain nothing from a second thread, which then spins for
        # milliseconds on a core that others need.
        threadpool_limits(limits=1, user_api="blas")
        with model_storage.read_from(resource) as folder:
            model = model_files.load(folder)
            examples = model_files.load_examples(folder) if explaining.get() else None
        return cls(config, execution_context.node_name, model_storage, resource, model, examples)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [message for message in training_data.intent_examples if text_of(message)]
        with self._storage.write_to(self._resource) as folder:
            if examples:
                labels = [message.get(INTENT) for message in examples]
                self._model = IntentModel.fit(_view(examples), labels, false_refusals=self._config["false_refusals"])
                model_files.save(self._model, folder)
                model_files.save_examples(Examples(tuple(map(text_of, examples)), tuple(labels)), folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        if self._model is None or not messages:
            return messages
        each = with_clauses(messages)
        verdicts = dict(zip(map(id, each), self._model.judge(_view(each)), strict=True))
        for message in messages:
            verdict = verdicts[id(message)]
            ranking = _ranking(verdict)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
            parts = [
                Part(text_of(clause).strip(), clause.get(ANNOUNCED), verdicts[id(clause)])
                for clause in message.get(CLAUSES) or ()
            ]
            second = second_intent(verdict, parts, self._config["never_second"])
            if second:
                message.set(SECONDARY_INTENT, {**_entry(second.intent, second.confidence), TEXT: second.text}, True)
            if self._examples and words_of(message):
                told = explain(self._model, self._examples, _view([message]), message.get(PLACED) or ())
                message.set(EXPLANATION, told, add_to_output=True)
        return messages


def _view(messages: list[Message]) -> View:
    return View(sparse_rows(messages), dense_rows(messages), [words_of(message) for message in messages])


def _ranking(verdict: Verdict) -> list[dict[str, Any]]:
    """The first intent carries the verdict's confidence, others theirs in proportion; a refusal comes before all."""
    best = verdict.ranking[0][1] or 1.0
    ranking = [_entry(intent, verdict.confidence * probability / best) for intent, probability in verdict.ranking]
    if verdict.refused:
        ranking.insert(0, _entry(DEFAULT_NLU_FALLBACK_INTENT_NAME, verdict.confidence))
    return ranking


def _entry(intent: str, confidence: float) -> dict[str, Any]:
    return {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}
