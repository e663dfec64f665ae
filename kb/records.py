"""What the index keeps of each file, and the text of its article, read from the map only when it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from kb.articles import Article, Language
from kb.sections import Section


@dataclass(frozen=True)
class FileState:
    """A file as it was when it was read: enough to see that it is the same, without reading it again."""

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class FileRecord:
    """One article file. ``path`` is relative to the folder, ``digest`` of the file's bytes; ``passages`` many rows of
    the index are its own. Days are ISO, empty for none."""

    path: str
    size: int
    mtime_ns: int
    digest: str
    slug: str
    topic: str
    language: Language
    intents: tuple[str, ...]
    main_for: tuple[str, ...]
    valid_from: str
    valid_until: str
    passages: int

    @classmethod
    def of(cls, article: Article, path: str, state: FileState, digest: str, passages: int) -> FileRecord:
        return cls(
            path=path,
            size=state.size,
            mtime_ns=state.mtime_ns,
            digest=digest,
            slug=article.slug,
            topic=article.topic,
            language=article.language,
            intents=article.intents,
            main_for=article.main_for,
            valid_from=article.valid_from.isoformat() if article.valid_from else "",
            valid_until=article.valid_until.isoformat() if article.valid_until else "",
            passages=passages,
        )

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> FileRecord:
        return cls(**{**fields, "intents": tuple(fields["intents"]), "main_for": tuple(fields["main_for"])})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def state(self) -> FileState:
        return FileState(self.size, self.mtime_ns)

    def touched(self, state: FileState) -> FileRecord:
        """The same content under another time of change."""
        return replace(self, size=state.size, mtime_ns=state.mtime_ns)

    def valid_on(self, day: date) -> bool:
        today = day.isoformat()
        return (self.valid_from or today) <= today <= (self.valid_until or today)


@dataclass(frozen=True)
class Shown:
    """What is said of an article: its title and its sections in one language; its questions, for the calibration."""

    language: Language
    title: str
    questions: tuple[str, ...]
    sections: tuple[Section, ...]

    @classmethod
    def decode(cls, record: FileRecord, data: bytes) -> Shown:
        title, questions, sections = json.loads(data)
        return cls(record.language, title, tuple(questions), tuple(Section(*section) for section in sections))

    @staticmethod
    def encode(article: Article) -> bytes:
        sections = [(section.heading, section.text) for section in article.sections]
        return json.dumps([article.title, article.questions, sections], ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )

    def section(self, place: int) -> Section:
        """The section at a place; the first where the other language has more of them."""
        if not self.sections:
            return Section("", self.title)
        return self.sections[place] if place < len(self.sections) else self.sections[0]


def distinct_names(records: Sequence[FileRecord]) -> list[str]:
    """The slug of each record: a name that another folder has taken in the same language gets its folder's before it.

    Foreign folders have an ``index.md`` everywhere.
    """
    taken: set[tuple[str, str]] = set()
    names = [""] * len(records)
    for number in sorted(range(len(records)), key=lambda number: records[number].path):
        record = records[number]
        name = record.slug
        if (name, record.language) in taken:
            name = Path(record.path).with_suffix("").as_posix().replace("/", "-")
        taken.add((name, record.language))
        names[number] = name
    return names
