"""Lets Rasa be imported without TensorFlow when the model has no component that uses it, for serving and for training.

Rasa imports TensorFlow whatever the model is made of: half of the start and some 350 MB of memory, for nothing,
since our pipeline and RulePolicy never call it. While Rasa's modules are imported, stand-ins take TensorFlow's
place; afterwards the name is blocked, so that a library which merely looks for it (spaCy's does) sees that it is not
there. A model with any component not listed here gets the real one.
"""

from __future__ import annotations

import abc
import importlib
import json
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from bot.brain.project import KNOWN_RASA

_ROOTS = {"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "jax"}
# Where components live that need no TensorFlow. Ours among them: one that needs it must not lie in bot/nlu.
FREE = (
    "bot.nlu.",
    "rasa.graph_components.",
    "rasa.core.policies.ensemble.",
    "rasa.core.policies.memoization.",
    "rasa.core.policies.rule_policy.",
    "rasa.nlu.classifiers.fallback_classifier.",
    "rasa.nlu.classifiers.logistic_regression_classifier.",
    "rasa.nlu.classifiers.regex_message_handler.",
    "rasa.nlu.extractors.regex_entity_extractor.",
    "rasa.nlu.featurizers.sparse_featurizer.",
    "rasa.nlu.tokenizers.",
)
# What `rasa train` imports, part of it only on its way.
_TRAINING = (
    "rasa.core.agent",
    "rasa.__main__",
    "rasa.model_training",
    "rasa.validator",
    "rasa.engine.recipes.default_components",
    "rasa.graph_components.validators.default_recipe_validator",
    "rasa.graph_components.validators.finetuning_validator",
)


def spare(model: Path) -> bool:
    """Import what Rasa needs for this model without TensorFlow; False, and nothing done, where that is not safe.

    To be called before anything imports ``rasa.core``. Raises what a broken model file raises.
    """
    if not _may_be_spared():
        return False
    running, training = _components(model)
    if not _are_free(running):
        return False
    # The model names its training components too, and Rasa resolves them when it loads it.
    modules = {name.rpartition(".")[0] for name in [*running, *training] if name.startswith("rasa.")}
    return _import_without(["rasa.core.agent", *sorted(modules)])


def spare_training(config: Path) -> bool:
    """The same for a process that trains what this ``config.yml`` says, and ends."""
    return _may_be_spared() and _import_without(_TRAINING, lambda: _are_free(_configured(config)))


def _may_be_spared() -> bool:
    return version("rasa") == KNOWN_RASA and not {"tensorflow", "rasa.core.agent"} & sys.modules.keys()


def _are_free(components: Sequence[str]) -> bool:
    return bool(components) and all(name.startswith(FREE) for name in components)


def _import_without(modules: Sequence[str], agrees: Callable[[], bool] = lambda: True) -> bool:
    """False, and nothing done, where one does not go without, or ``agrees``, asked after the imports, says no."""
    known = set(sys.modules)
    try:
        with _stand_ins():
            for name in modules:
                importlib.import_module(name)
            spared = agrees()
    except Exception:
        # A module that wants more of TensorFlow than a stand-in has.
        spared = False
    if spared:
        sys.modules["tensorflow"] = None  # type: ignore[assignment]
    else:
        # Start over with the real one.
        for name in set(sys.modules) - known:
            if name.partition(".")[0] == "rasa":
                del sys.modules[name]
    return spared


def _configured(config: Path) -> list[str]:
    """Class names of the pipeline and the policies; empty where Rasa is left to choose either."""
    from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS

    own = {component.__name__: _class_name(component) for component in DEFAULT_COMPONENTS}
    given = yaml.safe_load(config.read_text(encoding="utf-8"))
    parts = [given.get("pipeline"), given.get("policies")]
    names = [component["name"] for part in parts for component in part] if all(parts) else []
    return [own.get(name, name) for name in names]


def _class_name(component: type) -> str:
    return f"{component.__module__}.{component.__name__}"


def _components(model: Path) -> tuple[list[str], list[str]]:
    """Class names of the components that run, and of those that trained."""
    with tarfile.open(model) as archive:
        member = next(member for member in archive if member.name.endswith("metadata.json"))
        content = archive.extractfile(member)
        assert content is not None
        metadata = json.load(content)
    running, training = (
        [str(node["uses"]) for node in metadata[schema]["nodes"].values()]
        for schema in ("predict_schema", "train_schema")
    )
    return running, training


@contextmanager
def _stand_ins() -> Iterator[None]:
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] in _ROOTS]:
            del sys.modules[name]


class _AnythingGoes(abc.ABCMeta):
    """Every attribute is the stand-in again; called, it is a decorator that changes nothing."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not StandIn:
            return super().__call__(*args, **kwargs)
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else StandIn


class StandIn(metaclass=_AnythingGoes):
    """Stands for any class or function of TensorFlow; Rasa's own classes subclass and annotate with it."""


class _Module(ModuleType):
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in _ROOTS else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: attributes are made up as they are asked for."""
