"""Read articles: Markdown files with a YAML head, one file a language, linked by their common name.

``<topic>/<slug>.zh.md`` and ``<topic>/<slug>.en.md`` are one article. A file without a head takes
its first heading as title, and one without a language in its name the language of its text, so
that any folder of Markdown can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lang.detect import detect
from lang.yaml_files import load_yaml, yaml_problem

Language = Literal["zh", "en"]
FENCE = "---"


class ArticleError(ValueError):
    """A file cannot be read as an article; the text names the file and says what to mend."""


@dataclass(frozen=True)
class Section:
    """A heading and the plain text under it; the lead, before any heading, has an empty heading."""

    heading: str
    text: str


@dataclass(frozen=True)
class Article:
    """One language of one article. ``sections`` has at least the lead when the file has any text."""

    slug: str
    topic: str
    language: Language
    title: str
    questions: tuple[str, ...]
    tags: tuple[str, ...]
    intents: tuple[str, ...]
    body: str
    sections: tuple[Section, ...]
    path: Path


class Library:
    """Articles by name and language."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._by_name = {(article.slug, article.language): article for article in articles}

    def article(self, slug: str, language: Language) -> Article | None:
        """The article in this language, else in its other one, else None."""
        return next((article for article in self.languages(slug, language)), None)

    def languages(self, slug: str, first: Language = "zh") -> list[Article]:
        """Both languages of an article, ``first`` first; one or none where the others do not exist."""
        other: Language = "en" if first == "zh" else "zh"
        pair = (self._by_name.get((slug, first)), self._by_name.get((slug, other)))
        return [article for article in pair if article]


def read_folder(folder: Path) -> list[Article]:
    """Every ``*.md`` below ``folder``, in the order of their paths; raises ArticleError for a broken head."""
    return [read_article(path, folder) for path in sorted(folder.rglob("*.md"))]


def read_article(path: Path, folder: Path) -> Article:
    """Read one file; ``folder`` is the root that its topic is named from."""
    head, body = split_head(path)
    slug, language = name_of(path)
    sections = tuple(_sections(body))
    title = str(head.get("title") or _first_heading(body) or slug)
    if language is None:
        language = detect(f"{title}\n{body[:2000]}") or "en"
    return Article(
        slug=slug,
        topic=path.parent.relative_to(folder).as_posix(),
        language=language,
        title=title.strip(),
        questions=_strings(head, "questions", path),
        tags=_strings(head, "tags", path),
        intents=_strings(head, "intents", path),
        body=body,
        sections=sections,
        path=path,
    )


def split_head(path: Path) -> tuple[dict[str, Any], str]:
    """The fields between the two --- lines, none when they are not there, and the text below."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if not text.startswith(FENCE + "\n"):
        return {}, text
    head, fence, body = text[len(FENCE) + 1 :].partition(f"\n{FENCE}\n")
    if not fence:
        return {}, text
    try:
        parsed = load_yaml(head)
    except yaml.YAMLError as error:
        where = yaml_problem(error, first_line=2)
        raise ArticleError(f"{path}: the head between the two --- lines is no valid YAML: {where}") from error
    if not isinstance(parsed, dict):
        raise ArticleError(f"{path}: the head between the two --- lines must be lines of the form 'name: value'")
    return parsed, body


def name_of(path: Path) -> tuple[str, Language | None]:
    """Slug and language as the file's name says them."""
    slug, _, suffix = path.stem.rpartition(".")
    if suffix == "zh" and slug:
        return slug, "zh"
    if suffix == "en" and slug:
        return slug, "en"
    return path.stem, None


def _strings(head: dict[str, Any], name: str, path: Path) -> tuple[str, ...]:
    value = head.get(name) or []
    if not isinstance(value, list):
        raise ArticleError(f"{path}: '{name}' must be a list; write `{name}: [one, two]`")
    return tuple(str(entry).strip() for entry in value)


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _first_heading(body: str) -> str | None:
    tokens = _markdown().parse(body)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            return _plain(inline)
    return None


def _sections(body: str) -> Iterator[Section]:
    """The text cut at its headings of the second level and below; a heading of the first level is the title."""
    heading, lines = "", []
    tokens = _markdown().parse(body)
    ordinal = 0
    for position, token in enumerate(tokens):
        if token.type == "ordered_list_open":
            ordinal = int(token.attrGet("start") or 1) - 1
        if token.type == "list_item_open":
            ordinal += 1
        if token.type in ("fence", "code_block"):
            lines.append(token.content.strip())
        if token.type != "inline":
            continue
        opener = tokens[position - 1]
        if opener.type == "heading_open":
            if lines:
                yield Section(heading, "\n".join(lines))
            heading, lines = ("" if opener.tag == "h1" else _plain(token)), []
        else:
            lines.append(_mark(tokens, position, ordinal) + _plain(token))
    if lines:
        yield Section(heading, "\n".join(lines))


def _mark(tokens: list[Token], position: int, ordinal: int) -> str:
    """The bullet or number in front of a list item's first paragraph."""
    if position < 2 or tokens[position - 2].type != "list_item_open":
        return ""
    return f"{ordinal}. " if tokens[position - 2].info else "• "


def _plain(token: Token) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n" if child.type == "hardbreak" else " ")
        elif child.type in ("text", "code_inline") or child.type == "image":
            parts.append(child.content)
    return "".join(parts).strip()
