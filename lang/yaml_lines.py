"""In which line of a YAML file a setting stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

Place = Sequence[str | int]
"""Keys and, in lists, numbers from 0: from the whole file inwards."""


class Lines:
    """Finds the line of a place in the file. Raises yaml.YAMLError for what is no YAML."""

    def __init__(self, text: str) -> None:
        self._root = yaml.compose(text, Loader=yaml.SafeLoader)

    def of(self, place: Place) -> int:
        """Counted from 1; of the innermost part of the place that is in the file."""
        node, line = self._root, 1
        for part in place:
            child = _child(node, part)
            if child is None:
                break
            node, line = child
        return line


def _child(node: Any, part: str | int) -> tuple[Any, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None
