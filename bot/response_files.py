"""Reads ``data/responses/*.yml``: Rasa's response format, two variants a key, one for each language.

Every fault is collected with its file and key, so that one run shows them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.messages import LANGUAGES, Language
from lang.yaml_files import load_yaml, yaml_problem

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
KEY = re.compile(r"(utter|notice|button|word)_[a-z0-9_]+")


@dataclass(frozen=True)
class Button:
    """A button of a response: what it says in each language, and the ``/intent{json}`` behind it."""

    labels: Mapping[Language, str]
    payload: str


@dataclass(frozen=True)
class Response:
    """One response key. ``placeholders`` are the names of its arguments, button labels included."""

    key: str
    texts: Mapping[Language, str]
    buttons: tuple[Button, ...]
    placeholders: frozenset[str]


def read_folder(folder: Path) -> tuple[dict[str, Response], list[str]]:
    """All responses of a folder's ``*.yml`` files, and the faults found, each beginning with its file's name."""
    responses: dict[str, Response] = {}
    faults: list[str] = []
    origin: dict[str, str] = {}
    files = sorted(folder.glob("**/*.yml"))
    if not files:
        faults.append(f"{folder}: there is no *.yml file with responses here")
    for file in files:
        for key, variants in _read_file(file, faults).items():
            if key in responses:
                faults.append(f"{file.name}: {key} stands in {origin[key]} too; keep one")
                continue
            response, found = read_response(key, variants)
            faults += [f"{file.name}: {fault}" for fault in found]
            if response is not None:
                responses[key], origin[key] = response, file.name
    return responses, faults


def _read_file(file: Path, faults: list[str]) -> Mapping[str, Any]:
    try:
        content = load_yaml(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(f"{file.name}: this is not readable YAML: {yaml_problem(error)}")
        return {}
    if not isinstance(content, dict) or set(content) - {"version", "responses"}:
        faults.append(f"{file.name}: expected nothing but 'version' and 'responses' at the top")
        return {}
    responses = content.get("responses") or {}
    if not isinstance(responses, dict):
        faults.append(f"{file.name}: 'responses' must map each key to its two variants")
        return {}
    return responses


def read_response(key: str, variants: Any) -> tuple[Response | None, list[str]]:
    """One key of Rasa's response format; the response is None when a fault leaves it unusable."""
    if not KEY.fullmatch(str(key)):
        return None, [f"{key}: a key begins with utter_, notice_, button_ or word_, in lower case"]
    by_language, faults = _by_language(key, variants)
    if faults:
        return None, faults
    buttons, faults = _pair_buttons(key, by_language)
    texts: dict[Language, str] = {language: str(by_language[language]["text"]) for language in LANGUAGES}
    used = {
        language: _placeholders([texts[language], *(button.labels[language] for button in buttons)])
        for language in LANGUAGES
    }
    if used["zh"] != used["en"]:
        odd = ", ".join(sorted(used["zh"] ^ used["en"]))
        faults.append(f"{key}: both languages must use the same {{arguments}}; only one has {odd}")
    if faults:
        return None, faults
    return Response(key, texts, buttons, used["zh"]), []


def _placeholders(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))


def _by_language(key: str, variants: Any) -> tuple[dict[Language, Mapping[str, Any]], list[str]]:
    found: dict[Language, Mapping[str, Any]] = {}
    faults: list[str] = []
    if not isinstance(variants, list):
        return found, [f"{key}: expected a list of two variants, zh and en"]
    for variant in variants:
        language = _condition_language(variant)
        if language is None:
            faults.append(f"{key}: each variant needs condition: [{{type: slot, name: language, value: zh or en}}]")
        elif language in found:
            faults.append(f"{key}: two variants for {language}; keep one")
        elif set(variant) - {"condition", "text", "buttons"}:
            extra = ", ".join(sorted(set(variant) - {"condition", "text", "buttons"}))
            faults.append(f"{key}: {extra} is not supported; a variant has condition, text and buttons")
        elif not isinstance(variant.get("text"), str) or not variant["text"].strip():
            faults.append(f"{key}: the {language} variant has no text")
        else:
            found[language] = variant
    if not faults:
        faults += [f"{key}: the {language} text is missing" for language in LANGUAGES if language not in found]
    return found, faults


def _condition_language(variant: Any) -> Language | None:
    if not isinstance(variant, dict):
        return None
    for language in LANGUAGES:
        if variant.get("condition") == [{"type": "slot", "name": "language", "value": language}]:
            return language
    return None


def _pair_buttons(key: str, by_language: Mapping[Language, Mapping[str, Any]]) -> tuple[tuple[Button, ...], list[str]]:
    rows = {language: by_language[language].get("buttons") or [] for language in LANGUAGES}
    for language in LANGUAGES:
        for button in rows[language]:
            if not isinstance(button, dict) or set(button) != {"title", "payload"}:
                return (), [f"{key}: each {language} button has a title and a payload, nothing else"]
            if not str(button["payload"]).startswith("/"):
                return (), [f"{key}: the payload {button['payload']!r} must begin with '/'"]
    if [button["payload"] for button in rows["zh"]] != [button["payload"] for button in rows["en"]]:
        return (), [f"{key}: both languages must offer the same payloads in the same order"]
    return (
        tuple(
            Button({"zh": str(chinese["title"]), "en": str(english["title"])}, str(chinese["payload"]))
            for chinese, english in zip(rows["zh"], rows["en"], strict=True)
        ),
        [],
    )
