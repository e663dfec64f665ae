"""Markdown as plain text in sections: what can be said in a chat bubble."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True)
class Section:
    """A heading and the plain text under it; the lead, before any heading, has an empty heading."""

    heading: str
    text: str


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def parse(body: str) -> list[Token]:
    """Markdown as tokens, for both functions below: parsing is what costs."""
    return _markdown().parse(body)


def first_heading(tokens: list[Token]) -> str | None:
    """The text of the first heading of any level."""
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            return _plain(inline)
    return None


def sections_of(tokens: list[Token]) -> Iterator[Section]:
    """The text cut at its headings of the second level and below; a heading of the first level is the title."""
    heading, lines = "", []
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
