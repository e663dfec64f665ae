"""Rule files as operators edit them: what may stand in them, and their faults in words.

A fault is one line: the file, the line, the setting, and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from lang.yaml_files import load_yaml, yaml_problem
from lang.yaml_lines import Lines, Place

_TYPES = {
    "object": "lines of the form 'name: value'",
    "array": "a list: [one, two]",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "empty",
}


def section(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a block in which each of these settings must stand, and nothing else."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def whole(least: int, most: int) -> dict[str, Any]:
    """The schema of a whole number."""
    return {"type": "integer", "minimum": least, "maximum": most}


def read(path: Path, schema: Mapping[str, Any], refused: type[ValueError]) -> Any:
    """What the file holds; raises ``refused`` with every fault."""
    try:
        text = path.read_text("utf-8")
        content = load_yaml(text)
    except FileNotFoundError:
        raise refused(f"{path}: cannot be read: the file is missing. Restore it.") from None
    except UnicodeDecodeError as error:
        raise refused(f"{path}: cannot be read: it is not UTF-8 ({error.reason}). Save it as UTF-8.") from None
    except (OSError, yaml.YAMLError) as error:
        raise refused(f"{path}: cannot be read: {yaml_problem(error)}") from error
    errors = in_order(content, schema)
    if errors:
        lines = Lines(text)
        raise refused("\n".join(_told(path, lines, error) for error in errors))
    return content


def in_order(document: Any, schema: Mapping[str, Any]) -> list[jsonschema.ValidationError]:
    """All that is wrong, in one order every time."""
    # As text of one width: what a broken file is keyed by need not be comparable.
    validator = jsonschema.Draft7Validator(schema)
    return sorted(validator.iter_errors(document), key=lambda error: [f"{part!s:>9}" for part in error.path])


def _told(path: Path, lines: Lines, error: jsonschema.ValidationError) -> str:
    place = [*error.absolute_path]
    return "\n".join(f"{path.name}, line {lines.of(place)}, {shown(place)}: {words}" for words in in_words(error))


def shown(place: Place) -> str:
    """``cancel_order.refund_days``; entries of a list are counted from 1, as people count."""
    return ".".join(f"entry {part + 1}" if isinstance(part, int) else part for part in place) or "the whole file"


def in_words(error: jsonschema.ValidationError) -> Iterable[str]:
    """jsonschema's fault in words for people; a field that it names in a list gets a line of its own."""
    kind = str(error.validator)
    # In rule files every level is a mapping; jsonschema's types allow for more.
    given: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    fields: Mapping[str, Any] = schema.get("properties", {})
    if kind == "additionalProperties":
        return [f"'{name}' is unknown; use one of {', '.join(fields)}" for name in given if name not in fields]
    if kind == "required":
        # jsonschema reports each missing field by itself, named only in its message.
        return [error.message.replace("is a required property", "is missing; add it")]
    if kind in ("minProperties", "maxProperties"):
        return [f"give exactly one of {', '.join(fields)}"]
    if kind == "pattern":
        # A pattern is for machines; the schema's description says the same to people.
        return [f"{given!r} must be {schema.get('description', f'of the form {wanted}')}"]
    return [_value_words(kind, given, wanted) or error.message]


def _value_words(kind: str, given: Any, wanted: Any) -> str | None:
    if kind == "enum":
        return f"{given!r} is unknown; use one of {', '.join(map(str, wanted))}"
    if kind == "type":
        kinds = " or ".join(_TYPES[one] for one in ([wanted] if isinstance(wanted, str) else wanted))
        return f"must be {kinds}, not {'empty' if given is None else repr(given)}"
    told = {
        "const": "can only be true; to switch a rule off, delete it",
        "minimum": f"{given} is too small; the least is {wanted}",
        "maximum": f"{given} is too large; the most is {wanted}",
        "exclusiveMinimum": f"{given} is too small; it must be more than {wanted}",
        "minLength": "must not be empty",
        "minItems": "give at least one",
        "uniqueItems": "the same stands twice; keep one",
    }
    return told.get(kind)
