"""YAML as people edit it: a doubled key is an error, and an error is one line that says where."""

from __future__ import annotations

from collections import Counter
from typing import Any

import yaml

# The same loader in C, ten times as fast, wherever PyYAML was built with it.
_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeys(_SafeLoader):  # type: ignore[misc, valid-type]
    """YAML lets a second mapping key overwrite the first one silently; that loses a customer's sentence."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    counted = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
    doubled = [key for key, count in counted.items() if count > 1]
    if doubled:
        # Without the second one's mark the search would begin at the top of the block.
        second = [key for key, _ in node.value if key.value == doubled[0]][1]
        raise yaml.constructor.ConstructorError(
            problem=f"'{', '.join(doubled)}' stands twice in one block; keep one", problem_mark=second.start_mark
        )
    return loader.construct_mapping(node, deep=True)


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(text: str) -> Any:
    """The document in ``text``; raises yaml.YAMLError, for doubled keys too."""
    return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 (a SafeLoader)


def yaml_problem(error: Exception, *, first_line: int = 1) -> str:
    """What is wrong and in which line, in one line; PyYAML's own text has several, and calls the file a string.

    ``first_line``: where in its file the parsed text begins.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return " ".join(str(error).split())
    context = getattr(error, "context", None)
    said = ", ".join(part for part in (context, getattr(error, "problem", None)) if part)
    return f"line {mark.line + first_line}: {said}"
