"""The usual next step after an answer from the articles, as a button (``next_steps.yml``)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from actions.speak import HUMAN, offer
from lang.yaml_files import load_yaml

FILE = Path(__file__).with_name("next_steps.yml")


def next_steps(intent: str) -> list[dict[str, Any]]:
    """At most one button; none for a question that leads nowhere in particular."""
    step = table().get(intent)
    if step is None:
        return []
    return [HUMAN if step == "request_human" else offer(f"button_topic_{step}", f"/{step}")]


@functools.cache
def table() -> dict[str, str]:
    return dict(load_yaml(FILE.read_text("utf-8")))
