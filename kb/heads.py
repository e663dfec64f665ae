"""The YAML head of an article file: its fields, and their faults told with the file and what to write."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from kb.encodings import recognised
from lang.yaml_files import load_yaml, yaml_problem

FENCE = "---"


class ArticleError(ValueError):
    """A file cannot be read as an article; the text names the file and says what to mend."""


def decode(data: bytes) -> str:
    """A file's text, in whatever encoding; letters that none explains become U+FFFD. The lint asks for UTF-8."""
    text = recognised(data)
    if text is None:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split_head(text: str, path: Path) -> tuple[dict[str, Any], str]:
    """The fields between the two --- lines, none when they are not there, and the text below."""
    if not text.startswith(FENCE + "\n"):
        return {}, text
    # The head's last line may be its only one: "---" twice in a row is an empty head.
    head, fence, body = text[len(FENCE) :].partition(f"\n{FENCE}\n")
    if not fence:
        return {}, text
    try:
        parsed = load_yaml(head)
    except yaml.YAMLError as error:
        where = yaml_problem(error)
        raise ArticleError(f"{path}: the head between the two --- lines is no valid YAML: {where}") from error
    except ValueError as error:  # PyYAML takes 2026-02-30 for a day, and then there is no such day
        raise ArticleError(f"{path}: a day in the head is not in the calendar: {error}") from error
    if parsed is None:
        return {}, body
    if not isinstance(parsed, dict):
        raise ArticleError(f"{path}: the head between the two --- lines must be lines of the form 'name: value'")
    return parsed, body


def strings(head: dict[str, Any], name: str, path: Path) -> tuple[str, ...]:
    """A list of texts."""
    value = head.get(name) or []
    if not isinstance(value, list):
        raise ArticleError(f"{path}: '{name}' must be a list; write `{name}: [one, two]`")
    return tuple(str(entry).strip() for entry in value)


def words(head: dict[str, Any], name: str, path: Path) -> tuple[str, ...]:
    """A list of words, which other programs' heads also write as one text with commas."""
    value = head.get(name)
    if isinstance(value, str):
        return tuple(filter(None, (word.strip() for word in value.replace("，", ",").split(","))))
    return strings(head, name, path)


def day(head: dict[str, Any], name: str, path: Path) -> date | None:
    """A calendar day, or None where the field is empty or missing."""
    value = head.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ArticleError(f"{path}: '{name}' must be a day; write `{name}: 2026-12-31`") from error
