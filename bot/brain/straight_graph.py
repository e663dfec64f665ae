"""Rasa's graph of components, walked in a straight line.

Rasa 3.6.21 hands the graph to dask for every message: a schedule is made anew, each component goes through a queue
and a thread pool's protocol for one thread, and the whole input is written out for a log line that nobody reads. A
served graph never changes: its order is worked out once for each set of targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

_PLANS = "_kefu_plans"


def run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """In the place of ``DaskGraphRunner.run``: each target's output by the node's name. Raises as the original does."""
    wanted = tuple(targets or self._graph_schema.target_names)
    # What a node is given: (name, output) of another node or of an input; a bare name where there is none.
    given: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    for value in (inputs or {}).values():
        if isinstance(value, str) and value in self._instantiated_nodes:
            raise GraphRunError(f"Input value '{value}' clashes with the name of a node: rename the node or the value.")
    try:
        for name, needs in _plan(self, wanted):
            given[name] = self._instantiated_nodes[name](*(given.get(need, need) for need in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(given[name] for name in wanted)


def _plan(runner: DaskGraphRunner, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    plans = runner.__dict__.setdefault(_PLANS, {})
    if targets not in plans:
        plans[targets] = order(runner._graph_schema.minimal_graph_schema(list(targets)), targets)
    plan: list[tuple[str, tuple[str, ...]]] = plans[targets]
    return plan


def order(schema: GraphSchema, targets: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """(node, what it needs), every node after the nodes it needs."""
    done: dict[str, tuple[str, ...]] = {}

    def visit(name: str) -> None:
        if name in schema.nodes and name not in done:
            needs = tuple(schema.nodes[name].needs.values())
            for need in needs:
                visit(need)
            done[name] = needs

    for target in targets:
        visit(target)
    return list(done.items())
