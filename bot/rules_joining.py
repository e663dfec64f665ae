"""``rules/joining.yml``: read, checked against a schema, and turned into ``JoinRules``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.joining import JoinRules, JoinWords
from bot.rules import RulesError, refuse
from lang.rule_files import read, section, whole

JOINING_FILE = Path("rules/joining.yml")
PLACE = "{channel}"

_PHRASES = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_LISTS = ("start", "elsewhere", "unlink", "yes", "no", "polite")


SCHEMA = section(
    code_minutes=whole(1, 60),
    window_minutes=whole(1, 1440),
    codes_of_one_chat=whole(1, 100),
    # With more tries than these a code could be guessed some day.
    wrong_of_one_chat=whole(1, 20),
    wrong_of_one_address=whole(1, 200),
    words=section(**dict.fromkeys(_LISTS, _PHRASES), channels={"type": "object", "additionalProperties": _PHRASES}),
)


def load_join_rules(path: Path = JOINING_FILE) -> JoinRules:
    """Raises RulesError with every fault of the file."""
    document = read(path, SCHEMA, RulesError)
    words = document["words"]
    refuse(path, _faults(words))
    return JoinRules(
        code_lasts=timedelta(minutes=document["code_minutes"]),
        window=timedelta(minutes=document["window_minutes"]),
        codes_of_one_chat=document["codes_of_one_chat"],
        wrong_of_one_chat=document["wrong_of_one_chat"],
        wrong_of_one_address=document["wrong_of_one_address"],
        words=JoinWords(
            # The place of the channel stays as it is.
            start=tuple(PLACE.join(map(plain, phrase.split(PLACE))) for phrase in words["start"]),
            **{name: tuple(map(plain, words[name])) for name in _LISTS[1:]},
            channels={channel: tuple(map(plain, names)) for channel, names in words["channels"].items()},
        ),
    )


def plain(text: str) -> str:
    """Letters, digits and Chinese characters alone, in lower case and of usual width: how words are compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def _faults(words: Mapping[str, Any]) -> Iterator[str]:
    for phrase in words["start"]:
        if phrase.count(PLACE) != 1:
            yield f"words.start: {phrase!r} needs {PLACE} once: where the channel's name stands"
    both = {plain(word) for word in words["yes"]} & {plain(word) for word in words["no"]}
    for word in sorted(both):
        yield f"words: {word!r} stands under both yes and no; keep one"
    for name in (*_LISTS[1:], "channels"):
        for phrase in words[name] if name != "channels" else [each for names in words[name].values() for each in names]:
            if not plain(phrase):
                yield f"words.{name}: {phrase!r} has neither letters nor digits; nobody can type it"
