"""Reads ``rules/links.yml``: the shop's own pages for what the bot must not do itself."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from lang.yaml_files import load_yaml, yaml_problem

LINKS_FILE = Path(__file__).resolve().parent.parent / "rules" / "links.yml"
TOPICS = ("recover_password", "login_problem", "edit_account", "delete_account", "newsletter", "privacy_request")

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["links"],
    "properties": {
        "links": {
            "type": "object",
            "additionalProperties": False,
            "properties": {topic: {"type": "string", "pattern": r"^https://[^\s/@]+(/\S*)?$"} for topic in TOPICS},
        }
    },
}


class LinksError(ValueError):
    """``rules/links.yml`` cannot be used; the text lists every fault."""


def load(path: Path = LINKS_FILE) -> Mapping[str, str]:
    """Topic → address. Raises LinksError."""
    try:
        content = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LinksError(f"{path}: cannot be read: {yaml_problem(error)}") from error
    faults = [
        f"{path.name}: {'.'.join(map(str, fault.absolute_path)) or 'the file'}: {fault.message}"
        for fault in jsonschema.Draft7Validator(_SCHEMA).iter_errors(content)
    ]
    if faults:
        raise LinksError("\n".join(faults))
    return dict(content["links"])


@functools.cache
def links() -> Mapping[str, str]:
    """The shop's links, read once."""
    return load()
