"""What our Rasa components have in common."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from typing_extensions import Self

from bot.nlu import fingerprint


class KefuComponent(GraphComponent):
    """A component that needs nothing but its configuration."""

    def __init__(self, config: dict[str, Any], name: str = "") -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        return cls(config, execution_context.node_name)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint.sources()


def text_of(message: Message) -> str:
    """The customer's text; empty for messages that have none (action names in stories)."""
    return message.get(TEXT) or ""
