"""Reads ``rules/links.yml``: the shop's own pages for what the bot must not do itself."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lang import rule_files

LINKS_FILE = Path(__file__).resolve().parent.parent / "rules" / "links.yml"
TOPICS = ("recover_password", "login_problem", "edit_account", "delete_account", "newsletter", "privacy_request")

_ADDRESS = {
    "type": "string",
    "pattern": r"^https://[^\s/@]+(/\S*)?$",
    "description": "an address that begins with https://",
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["links"],
    "properties": {
        "links": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(TOPICS, _ADDRESS),
        }
    },
}


class LinksError(ValueError):
    """``rules/links.yml`` cannot be used; the text lists every fault."""


def load(path: Path = LINKS_FILE) -> Mapping[str, str]:
    """Topic → address. Raises LinksError."""
    content = rule_files.read(path, _SCHEMA, LinksError)
    return dict(content["links"])


@functools.cache
def links() -> Mapping[str, str]:
    """The shop's links, read once."""
    return load()
