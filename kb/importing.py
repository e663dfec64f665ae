"""Bring articles in from elsewhere: a table (CSV), a folder of Markdown, an export of HTML pages."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from kb import html_pages, tables
from kb.articles import Language, name_of, parse_article
from kb.heads import ArticleError
from kb.tables import Entry
from lang.detect import detect
from lang.pinyin import readings

TABLES, MARKDOWN, PAGES = (".csv", ".tsv"), (".md", ".markdown"), (".html", ".htm", ".xhtml")
_LONGEST_NAME = 60
_NO_NAME = re.compile(r"[^a-z0-9]+")
_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_FIRST_HEADING = re.compile(r"\A\s*#\s+[^\n]*\n*")

Progress = Callable[[int, int], None]
"""Told (files done, files to do)."""


@dataclass(frozen=True)
class Options:
    """``columns``: field → column of a table, where they would be guessed wrongly. ``topic``: the folder of what names
    none."""

    language: Language | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    topic: str = "imported"


@dataclass(frozen=True)
class Imported:
    """``written``: the new files. ``skipped``: one line a source that could not be used, with the reason."""

    written: tuple[Path, ...]
    skipped: tuple[str, ...]


class AlreadyThere(Exception):
    """Files would be overwritten. ``paths``: which."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(f"{len(paths)} file(s) are there already, the first: {paths[0]}")
        self.paths = tuple(paths)


def bring_in(
    source: Path, target: Path, options: Options, *, force: bool = False, progress: Progress | None = None
) -> Imported:
    """Write the articles of ``source`` (a file or a folder) as Markdown below ``target``.

    Nothing is written when a file is there already, unless ``force``. Raises ArticleError where nothing can be read at
    all, AlreadyThere, OSError.
    """
    found: list[Entry] = []
    skipped: list[str] = []
    files = _files(source)
    for done, path in enumerate(files):
        try:
            entries = list(_read(path, source, options))
            found += entries
            if not entries:
                skipped.append(f"{path}: holds no text")
        except (ArticleError, OSError) as error:
            skipped.append(str(error))
        if progress is not None:
            progress(done + 1, len(files))
    if not found:
        raise ArticleError("\n".join(skipped) or f"{source}: there is nothing to import")
    texts = {target / name: text for name, text in _named(found, slug_of(options.topic) or "imported")}
    if not force and (there := [path for path in texts if path.exists()]):
        raise AlreadyThere(there)
    for path, text in texts.items():
        _write(path, text)
    return Imported(tuple(texts), tuple(skipped))


def slug_of(title: str) -> str:
    """A name for a file and an address: ASCII letters and digits, Chinese as Pinyin; empty where nothing is left."""
    spelt = "".join(f" {readings(sign)[0]} " if readings(sign) else sign for sign in title)
    name = _NO_NAME.sub("-", spelt.lower()).strip("-")
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME].rpartition("-")[0] or name[:_LONGEST_NAME]


def _files(source: Path) -> list[Path]:
    known = (*TABLES, *MARKDOWN, *PAGES)
    if source.is_file():
        if source.suffix.lower() not in known:
            raise ArticleError(f"{source}: is no {', '.join(known)} file")
        return [source]
    if not source.is_dir():
        raise ArticleError(f"{source}: there is no such file or folder")
    found = sorted(path for path in source.rglob("*") if path.suffix.lower() in known and path.is_file())
    if not found:
        raise ArticleError(f"{source}: holds no {', '.join(known)} file")
    return found


def _read(path: Path, source: Path, options: Options) -> Iterator[Entry]:
    data, kind = path.read_bytes(), path.suffix.lower()
    if kind in TABLES:
        text = tables.decoded(data, str(path), options.encoding)
        yield from tables.entries(text, str(path), dict(options.columns), options.language)
        return
    root = source if source.is_dir() else source.parent
    topic = path.parent.relative_to(root).as_posix()
    entry = _page(data, path, options) if kind in PAGES else _markdown(data, path, root, options)
    if entry.body.strip():
        yield replace(entry, topic="" if topic == "." else topic, source=str(path))


def _markdown(data: bytes, path: Path, root: Path, options: Options) -> Entry:
    text = tables.decoded(data, str(path), options.encoding)
    article = parse_article(text.encode("utf-8", "surrogatepass"), path, root)
    _, named = name_of(path)
    return Entry(
        language=options.language if options.language and not named else article.language,
        title=article.title,
        body=_FIRST_HEADING.sub("", article.body),
        slug=article.slug,
        questions=article.questions,
        tags=article.tags,
        group=f"{path.parent}/{article.slug}",
    )


def _page(data: bytes, path: Path, options: Options) -> Entry:
    declared = _META_CHARSET.search(data[:2048])
    encoding = options.encoding or (declared[1].decode("ascii") if declared else None)
    # Simplified Chinese pages call themselves by the older, smaller names of one encoding.
    encoding = "gb18030" if encoding and encoding.lower() in ("gb2312", "gbk") else encoding
    title, body = html_pages.as_markdown(tables.decoded(data, str(path), encoding))
    slug, named = name_of(path)
    return Entry(
        language=named or options.language or detect(f"{title}\n{body[:2000]}") or "en",
        title=title or slug,
        body=body,
        slug=slug,
        group=f"{path.parent}/{slug}",
    )


def _named(found: Iterable[Entry], topic_of_none: str) -> Iterator[tuple[str, str]]:
    """(path within the folder, text) of each entry; entries of one group, or of one given slug, share a name."""
    found = list(found)
    names: dict[str, str] = {}
    taken: dict[tuple[str, str], str] = {}
    for entry in sorted(found, key=lambda entry: entry.language != "en"):
        key = entry.slug or entry.group
        names.setdefault(key, slug_of(entry.slug or entry.title) or "article")
    for entry in found:
        key = entry.slug or entry.group
        slug, number = names[key], 1
        while taken.setdefault((slug, entry.language), entry.source + entry.group) != entry.source + entry.group:
            number += 1
            slug = f"{names[key]}-{number}"
        topic = "/".join(filter(None, map(slug_of, entry.topic.split("/")))) or topic_of_none
        yield f"{topic}/{slug}.{entry.language}.md", _text(entry)


def _text(entry: Entry) -> str:
    head: dict[str, object] = {"title": entry.title}
    if entry.questions:
        head["questions"] = list(entry.questions)
    if entry.tags:
        head["tags"] = list(entry.tags)
    dumped = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{dumped}---\n{entry.body.strip()}\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        os.chmod(written, 0o644)
        os.replace(written, path)
    except BaseException:
        Path(written).unlink(missing_ok=True)
        raise
