"""Read articles: Markdown files with a YAML head, one file a language, linked by their common name.

``<topic>/<slug>.zh.md`` and ``<topic>/<slug>.en.md`` are one article. A file without a head takes
its first heading as title, and one without a language in its name the language of its text, so
that any folder of Markdown can be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from kb import heads
from kb.heads import ArticleError
from kb.sections import Section, first_heading, parse, sections_of
from lang.detect import detect

__all__ = ["Article", "ArticleError", "Language", "Section", "article_paths", "name_of", "read_article", "read_folder"]

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Article:
    """One language of one article. ``sections`` has at least the lead when the file has any text.

    ``main_for`` are those of the ``intents`` whose button it answers where other articles list them too.
    ``valid_from`` and ``valid_until`` are the first and the last day on which it may be found, in the shop's calendar.
    """

    slug: str
    topic: str
    language: Language
    title: str
    questions: tuple[str, ...]
    tags: tuple[str, ...]
    intents: tuple[str, ...]
    main_for: tuple[str, ...]
    body: str
    sections: tuple[Section, ...]
    path: Path
    valid_from: date | None = None
    valid_until: date | None = None
    owner: str = ""

    def valid_on(self, day: date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_until or day)


def article_paths(folder: Path) -> Iterator[Path]:
    """Every ``*.md`` and ``*.markdown`` below ``folder`` in the order of their paths; hidden folders are left out."""
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(where, name) for name in names if _is_markdown(name)]
    yield from sorted(found)


def _is_markdown(name: str) -> bool:
    return name.lower().endswith((".md", ".markdown")) and not name.startswith(".")


def read_folder(folder: Path) -> list[Article]:
    """Every article below ``folder``, in the order of their paths; raises ArticleError for a broken head."""
    return [read_article(path, folder) for path in article_paths(folder)]


def read_article(path: Path, folder: Path) -> Article:
    """Read one file; ``folder`` is the root that its topic is named from."""
    return parse_article(path.read_bytes(), path, folder)


def parse_article(data: bytes, path: Path, folder: Path) -> Article:
    """The article in a file's bytes."""
    head, body = heads.split_head(heads.decode(data), path)
    slug, language = name_of(path)
    tokens = parse(body)
    title = str(head.get("title") or first_heading(tokens) or slug)
    if language is None:
        language = detect(f"{title}\n{body[:2000]}") or "en"
    return Article(
        slug=slug,
        topic=path.parent.relative_to(folder).as_posix(),
        language=language,
        title=title.strip(),
        questions=heads.strings(head, "questions", path),
        tags=heads.words(head, "tags", path),
        intents=heads.strings(head, "intents", path),
        main_for=heads.strings(head, "main_for", path),
        body=body,
        sections=tuple(sections_of(tokens)),
        path=path,
        valid_from=heads.day(head, "valid_from", path),
        valid_until=heads.day(head, "valid_until", path),
        owner=str(head.get("owner") or "").strip(),
    )


def name_of(path: Path) -> tuple[str, Language | None]:
    """Slug and language as the file's name says them."""
    slug, _, suffix = path.stem.rpartition(".")
    if suffix == "zh" and slug:
        return slug, "zh"
    if suffix == "en" and slug:
        return slug, "en"
    return path.stem, None
