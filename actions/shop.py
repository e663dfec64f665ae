"""What the actions read of ``rules/shop.yml``: how order numbers look. The NLU reads the same section."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lang import order_numbers
from lang.normalize import fold
from lang.order_numbers import OrderNumbers
from lang.yaml_files import load_yaml

SHOP_FILE = Path(__file__).resolve().parent.parent / "rules" / "shop.yml"


@functools.cache
def numbers() -> OrderNumbers:
    """Read once. Its faults are told by ``kefu rules check``, and by the NLU when it starts."""
    content = load_yaml(SHOP_FILE.read_text("utf-8")) if SHOP_FILE.is_file() else {}
    return order_numbers.read((content or {}).get("order_number"))


def looks() -> Mapping[str, Any]:
    """Arguments of the sentences that ask for a number: what it looks like, in both languages, and an example."""
    return {"looks": dict(numbers().described), "example": numbers().example}


def canonical(written: str) -> str:
    """A number as the shop writes it, of one that somebody typed; what has none of the forms is only stripped."""
    return next((span.value for span in numbers().find(fold(written))), written.strip())
