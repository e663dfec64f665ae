"""The payloads of buttons that begin a service."""

from __future__ import annotations

import json


def beginning_of(begins: tuple[str, str | None], **given: str | None) -> str:
    """``begins``: intent and wish. ``given``: what is known already, such as the order number."""
    intent, wish = begins
    entities = {name: value for name, value in {"wish": wish, **given}.items() if value}
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}"
