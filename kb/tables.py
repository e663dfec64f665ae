"""Questions and answers in a table: which column is which, in any of the usual encodings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb.articles import Language
from kb.encodings import recognised
from kb.heads import ArticleError
from lang.detect import detect

_NAMES = {
    "title": ("title", "question", "subject", "heading", "q", "标题", "標題", "问题", "問題", "主题", "问", "問"),
    "answer": ("answer", "body", "content", "text", "reply", "a", "答案", "回答", "内容", "內容", "正文", "答"),
    "questions": ("questions", "similar questions", "variants", "相似问法", "相似問法", "相似问题", "问法"),
    "language": ("language", "lang", "locale", "语言", "語言", "语种"),
    "slug": ("slug", "id", "name", "key", "编号", "編號"),
    "topic": ("topic", "category", "folder", "section", "分类", "分類", "类别", "目录"),
    "tags": ("tags", "keywords", "标签", "標籤", "关键词"),
}
FIELDS = tuple(_NAMES)
_LANGUAGE_ENDINGS: Mapping[str, Language] = {
    **dict.fromkeys(("zh", "cn", "chinese", "中文", "zh-cn", "zh_cn", "zh-tw"), "zh"),
    **dict.fromkeys(("en", "english", "英文", "en-us", "en_us", "en-gb"), "en"),
}


@dataclass(frozen=True)
class Entry:
    """One language of one article to be. ``body`` is Markdown; ``slug`` and ``topic`` empty: to be made up."""

    language: Language
    title: str
    body: str
    slug: str = ""
    topic: str = ""
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source: str = ""
    group: str = field(default="", compare=False)
    """Entries of one group are one article in several languages."""


def decoded(data: bytes, name: str, encoding: str | None = None) -> str:
    """The text of a file in the given encoding, else in the one it seems to be in. Raises ArticleError."""
    if encoding:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise ArticleError(f"{name}: is not {encoding}: {error}") from error
    text = recognised(data)
    if text is None:
        raise ArticleError(f"{name}: cannot tell its encoding; say it with --encoding, for example gb18030 or big5")
    return text


def entries(text: str, name: str, columns: Mapping[str, str], language: Language | None) -> Iterator[Entry]:
    """The rows of a CSV file (commas, semicolons or tabs, told by its first line). Raises ArticleError.

    ``columns``: field → the column's name in the first line, for what would be guessed wrongly. ``language``: of all
    rows that name none.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=_dialect(text))
    header = [heading.strip() for heading in reader.fieldnames or ()]
    reader.fieldnames = header
    layout = _layout(header, columns, name)
    for row in reader:
        for fields, fixed in layout:
            found = {field: (row.get(column) or "").strip() for field, column in fields.items()}
            if found["title"] and found["answer"]:
                yield _entry(found, fixed or language, f"{name}: line {reader.line_num}", f"{name}:{reader.line_num}")


def _entry(found: Mapping[str, str], language: Language | None, source: str, group: str) -> Entry:
    named = _LANGUAGE_ENDINGS.get(found.get("language", "").lower())
    return Entry(
        language=named or language or detect(f"{found['title']}\n{found['answer']}") or "en",
        title=found["title"].splitlines()[0],
        body=found["answer"],
        slug=found.get("slug", ""),
        topic=found.get("topic", ""),
        questions=_split(found.get("questions", ""), "\n;；|"),
        tags=_split(found.get("tags", ""), "\n;；,，|"),
        source=source,
        group=group,
    )


def _layout(
    header: Sequence[str], columns: Mapping[str, str], name: str
) -> list[tuple[dict[str, str], Language | None]]:
    """Field → column, once for a table of one language a row, twice where each language has columns of its own."""
    for wanted in columns.values():
        if wanted not in header:
            raise ArticleError(f"{name}: there is no column {wanted!r}; the first line names {', '.join(header)}")
    shared = {field: column for field in _NAMES if (column := columns.get(field) or _column(header, field, ""))}
    if "title" in shared and "answer" in shared:
        return [(shared, None)]
    both: list[tuple[dict[str, str], Language | None]] = []
    for language in ("zh", "en"):
        own = {field: column for field in _NAMES if (column := _column(header, field, language))}
        if "title" in own and "answer" in own:
            both.append(({**shared, **own}, "zh" if language == "zh" else "en"))
    if not both:
        raise ArticleError(
            f"{name}: cannot tell which column holds the question and which the answer; the first line names "
            f"{', '.join(header) or 'nothing'}. Say it with --columns title=…,answer=…"
        )
    return both


def _column(header: Sequence[str], field_name: str, language: str) -> str | None:
    """The column of a field; with ``language``, the one that is named after it too: question_en, 标题(英文)."""
    for column in header:
        plain, own = _without_language(column.lower())
        if plain in _NAMES[field_name] and own == language:
            return column
    return None


def _without_language(column: str) -> tuple[str, str]:
    for ending, language in _LANGUAGE_ENDINGS.items():
        for shape in (
            f"_{ending}",
            f"-{ending}",
            f" {ending}",
            f"({ending})",
            f" ({ending})",
            f"（{ending}）",
            f".{ending}",
        ):
            if column.endswith(shape):
                return column[: -len(shape)].strip(), language
        if column.startswith(f"{ending}_"):
            return column[len(ending) + 1 :], language
        if not ending.isascii() and column.startswith(ending):
            return column[len(ending) :], language
    return column, ""


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.split("\n", 1)[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Found


def _split(text: str, signs: str) -> tuple[str, ...]:
    for sign in signs[1:]:
        text = text.replace(sign, "\n")
    return tuple(part.strip() for part in text.split("\n") if part.strip())
