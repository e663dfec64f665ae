"""Check one article file for what reading forgives: no head, fields nobody reads, unknown intents, broken letters."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from pathlib import Path

from kb.heads import decode, split_head

FIELDS = ("title", "questions", "tags", "intents", "main_for", "valid_from", "valid_until", "owner")
# What a byte that is not UTF-8 becomes when it is read.
_BROKEN = "\ufffd"


def file_faults(path: Path, known_intents: Collection[str] | None) -> Iterator[str]:
    """Of a file that can be read as an article. ``known_intents`` None: the intents are not checked."""
    yield from _broken_letters(path)
    head, _ = split_head(decode(path.read_bytes()), path)
    if not head:
        yield f"{path}: there is no head: begin with a line ---, then title, questions and intents, then a line ---"
        return
    for name in head:
        if name not in FIELDS:
            yield f"{path}: {name!r} in the head is unknown; use one of {', '.join(FIELDS)}"
    if known_intents is not None:
        yield from _unknown_intents(path, head.get("intents") or [], known_intents)


def _broken_letters(path: Path) -> Iterator[str]:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if _BROKEN in line:
            yield f"{path}: line {number} is not UTF-8: save the file as UTF-8"
            return


def _unknown_intents(path: Path, intents: list[object], known: Collection[str]) -> Iterator[str]:
    for intent in map(str, intents):
        if intent not in known:
            close = difflib.get_close_matches(intent, sorted(known), n=1)
            hint = f"did you mean {close[0]!r}?" if close else "the intents are listed in domain.yml"
            yield f"{path}: there is no intent {intent!r}; {hint}"
