"""Which intents ``domain.yml`` declares, read without Rasa: rules and articles name them."""

from __future__ import annotations

from pathlib import Path

import yaml

from lang.yaml_files import load_yaml, yaml_problem

# Rasa's own, for a message that fits nowhere; it is never declared.
FALLBACK = "nlu_fallback"


class DomainError(ValueError):
    """``domain.yml`` cannot be used; the text names the file and the line."""


def read_intents(path: Path) -> frozenset[str]:
    """Every intent that a message can have, the fallback among them. Raises DomainError."""
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DomainError(f"{path.name}: cannot be read: {yaml_problem(error)}") from error
    declared = content.get("intents") if isinstance(content, dict) else None
    if not isinstance(declared, list):
        raise DomainError(f"{path.name}: 'intents' must be a list, one a line, each beginning with '- '")
    # An intent with options is written as a mapping of its name.
    return frozenset(str(next(iter(item))) if isinstance(item, dict) else str(item) for item in declared) | {FALLBACK}
