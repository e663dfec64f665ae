"""The blind sets of ``tests/nlu/blind`` and the record of looks at their test half."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.messages import NLU_FALLBACK

BLIND = Path(__file__).resolve().parent.parent / "tests" / "nlu" / "blind"
IN_SCOPE = ("in_scope.zh", "in_scope.en")
HARD = ("hard.mixed", "hard.traditional", "hard.short", "hard.typos", "hard.long")
OUT_OF_SCOPE = ("out_of_scope.worlds", "out_of_scope.neighbours")
SETS = (*IN_SCOPE, *HARD, *OUT_OF_SCOPE)

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SHORT = 35
_LOOKS = (
    "# Looks at the test half\n\n"
    "Every run over `*.test.tsv` adds a line, before it reads them (`python -m bench nlu --half test --why …`).\n\n"
    "| date | commit | why |\n|---|---|---|\n"
)


@dataclass(frozen=True)
class BlindMessage:
    """``part`` is the set's name; ``intent`` is ``nlu_fallback`` out of scope."""

    part: str
    intent: str
    text: str

    @property
    def short_chinese(self) -> bool:
        """Has a Chinese character and at most 35 characters."""
        return len(self.text) <= _SHORT and bool(_HAN.search(self.text))


def read(half: str, intents: Collection[str], *, known: Collection[str], folder: Path = BLIND) -> list[BlindMessage]:
    """All sets of one half ("dev" or "test"), only messages of ``intents`` and those out of scope.

    Raises ValueError for an intent that is not ``known``, which no pipeline could have right.
    """
    messages = [message for part in SETS for message in _read_set(folder / f"{part}.{half}.tsv", part)]
    strangers = sorted({message.intent for message in messages} - {*known, NLU_FALLBACK})
    if strangers:
        raise ValueError(f"{folder}, {half} half: no examples in data/nlu for {', '.join(strangers)}")
    return [message for message in messages if message.intent in {*intents, NLU_FALLBACK}]


def log_look(why: str, commit: str, folder: Path = BLIND) -> None:
    """Add today's line to ``looks.md``. To be called before the test half is read: a run that fails has looked too."""
    path = folder / "looks.md"
    if not path.exists():
        path.write_text(_LOOKS, "utf-8")
    said = " ".join(why.split()).replace("|", "/")
    with path.open("a", encoding="utf-8") as looks:
        looks.write(f"| {date.today().isoformat()} | {commit} | {said} |\n")


def commit() -> str:
    """Short name of the checked-out commit, marked where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        return subprocess.run(command, cwd=BLIND, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _read_set(path: Path, part: str) -> list[BlindMessage]:
    messages = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        intent, tab, text = line.partition("\t")
        if not (intent and tab and text.strip()):
            raise ValueError(f"{path}, line {number}: write intent, tabulator, text")
        messages.append(BlindMessage(part, intent, text))
    return messages
