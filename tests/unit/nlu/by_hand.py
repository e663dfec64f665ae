"""The pipeline of ``config.yml`` trained component by component, in this process: Rasa's own training takes half a
minute and wants TensorFlow."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

ROOT = Path(__file__).parents[3]
Parse = Callable[[str], dict[str, Any]]


def train(examples: Sequence[tuple[str, str]], folder: Path) -> Parse:
    """From (intent, text) pairs; the components are saved and loaded again before they are asked."""
    data = TrainingData([Message(data={INTENT: intent, TEXT: text}) for intent, text in examples])
    folder.mkdir(exist_ok=True)
    storage = LocalModelStorage(folder)
    loaded = []
    for entry in yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]:
        name = str(entry["name"])
        module, _, class_name = name.rpartition(".")
        kind = getattr(importlib.import_module(module), class_name)
        config = {**kind.get_default_config(), **{key: value for key, value in entry.items() if key != "name"}}
        around = (config, storage, Resource(class_name), ExecutionContext(GraphSchema({}), node_name=class_name))
        component = kind.create(*around)
        if hasattr(component, "train"):
            component.train(data)
        if hasattr(component, "process_training_data"):
            data = component.process_training_data(data)
        loaded.append(kind.load(*around) if hasattr(component, "train") else component)

    def parse(text: str) -> dict[str, Any]:
        message = Message(data={TEXT: text, INTENT: {"name": None, "confidence": 0.0}})
        for component in loaded:
            component.process([message])
        return dict(message.as_dict(only_output_properties=True))

    return parse
