"""The condition ``words`` of ``rules/handoff.yml``: from lists in each language to phrases, and their faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.messages import LANGUAGES
from bot.rule_schema import rule_name
from lang.tokenize import HAN
from lang.told import Phrase, Words, phrase

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile("[A-Za-z]")


def read_words(value: Mapping[str, Any]) -> Words:
    """The condition, once it is without faults."""
    unless = value.get("unless", {})
    return Words(
        tuple(phrase(written) for language in LANGUAGES for written in value.get(language, ())),
        tuple(phrase(written) for language in LANGUAGES for written in unless.get(language, ())),
        value.get("supposed_too", False),
    )


def words_faults(rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line a fault that the schema does not see, beginning with its place."""
    for index, rule in enumerate(rules):
        words = rule["when"].get("words")
        if words is None:
            continue
        place = f"{rule_name(index, rule['id'])}, when, words"
        if not any(language in words for language in LANGUAGES):
            yield f"{place}: give words under zh, en or both"
        yield from _list_faults(words, place, _too_short)
        yield from _list_faults(words.get("unless", {}), f"{place}, unless", lambda read: None)


def take_all(above: Words, below: Words) -> bool:
    """Whether each message that the words below fit would be taken by those above."""
    wide_enough = above.supposed_too or not below.supposed_too
    return not above.unless and wide_enough and set(below.phrases) <= set(above.phrases)


def _list_faults(lists: Mapping[str, Any], place: str, too_short: Callable[[Phrase], str | None]) -> Iterator[str]:
    for language in LANGUAGES:
        for entry, written in enumerate(lists.get(language, ()), 1):
            fault = _fault(written, language, too_short)
            if fault:
                yield f"{place}, {language}, entry {entry}: {fault}"


def _fault(written: str, language: str, too_short: Callable[[Phrase], str | None]) -> str | None:
    try:
        read = phrase(written)
    except ValueError as error:
        return str(error)
    if language == "en" and _HAN.search(written):
        return f"{written!r} is Chinese; put it under zh"
    if language == "zh" and not _HAN.search(written) and _LATIN.search(written):
        return f"{written!r} is English; put it under en"
    return too_short(read)


def _too_short(read: Phrase) -> str | None:
    short = next((form for form in read.parts[0] if len(read.parts) == 1 and len(form.strip()) == 1), None)
    if short is None:
        return None
    return f"{short.strip()!r} stands in far too many messages; write more of it, or add another word with +"
