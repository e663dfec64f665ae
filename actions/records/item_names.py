"""How the items of an order are called in a sentence, whoever says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.records.models import Item


def first_item(items: Sequence[Item]) -> Mapping[str, Any]:
    """The first item's name, with the number of pieces where there are more; other shops' orders may name none.

    An argument of a response: a text in both languages, or a key of the catalogue with its arguments.
    """
    if not items:
        return {"key": "word_items_unnamed", "arguments": {}}
    pieces = sum(item.quantity for item in items)
    if pieces == 1:
        return items[0].name
    return {"key": "word_item_and_more", "arguments": {"item": items[0].name, "count": pieces}}
