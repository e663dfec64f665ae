"""Our walk through Rasa's graph against dask's."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.shared.exceptions import RasaException

from bot.brain import straight_graph


class Joined(GraphComponent):
    """Tells what it was given and counts its runs."""

    runs = 0

    @classmethod
    def create(cls, *_: Any, **__: Any) -> Joined:
        return cls()

    def run(self, left: str = "", right: str = "") -> str:
        Joined.runs += 1
        if "stop" in left:
            raise RasaException("stopped")
        return f"({left}{right})"


def node(**needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Joined, constructor_name="create", fn="run", config={})


SCHEMA = GraphSchema(
    {
        "top": node(left="one", right="two"),
        "one": node(left="base"),
        "two": node(left="base", right="said"),
        "base": node(left="said"),
        "aside": node(left="base"),
    }
)


@pytest.fixture(scope="module")
def dask() -> ModuleType:
    """Rasa's module once more, as it was before the speed-ups."""
    spec = importlib.util.find_spec("rasa.engine.runner.dask")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def runners(dask: ModuleType) -> tuple[Any, Any]:
    runner = dask.DaskGraphRunner(SCHEMA, None, ExecutionContext(SCHEMA))
    return runner.run, lambda *given: straight_graph.run(runner, *given)


@pytest.mark.parametrize("targets", [["top"], ["aside"], ["top", "aside"], ["base"]])
def test_the_outputs_are_dasks(dask: ModuleType, targets: list[str]) -> None:
    theirs, ours = runners(dask)
    for said in ("hello", "again"):
        assert ours({"said": said}, targets) == theirs({"said": said}, targets)


def test_each_component_that_is_needed_runs_once(dask: ModuleType) -> None:
    _, ours = runners(dask)
    before = Joined.runs
    assert ours({"said": "x"}, ["top"]) == {"top": "(((x))((x)x))"}
    assert Joined.runs - before == 4


@pytest.mark.parametrize(
    ("inputs", "kind"),
    [({"said": "stop"}, RasaException), ({}, GraphRunError), ({"said": "base"}, GraphRunError)],
    ids=["a component fails", "an input is missing", "an input is called as a node"],
)
def test_faults_are_dasks(dask: ModuleType, inputs: dict[str, str], kind: type[Exception]) -> None:
    for run in runners(dask):
        with pytest.raises(kind):
            run(inputs, ["top"])
