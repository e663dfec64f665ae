"""The text of an HTML page as Markdown: headings, paragraphs, lists, tables, links and emphasis, nothing else.

Navigation, scripts, forms and the like are left out; with a ``<main>`` or ``<article>`` only what is inside it is read.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "svg", "head", "nav", "footer", "aside", "form", "button", "select")
)
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "main", "header", "blockquote", "address", "dd", "dt", "figcaption"),
        *("ul", "ol", "table", "tr"),
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# The text of a Markdown file must not become a heading or a list by its first sign.
_SIGNS = re.compile(r"^(\s*)([#>+-]|\d+[.)])(?=\s)")
_BLANK = re.compile(r"[ \t\r\n\f]+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.lines: list[str] = []
        self.main: list[str] | None = None
        self._text = ""
        self._prefix = ""
        self._hidden: list[str] = []
        self._lists: list[int] = []
        self._links: list[tuple[int, str]] = []
        self._in_title = False
        self._in_cell = False
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = True
        if tag in _SKIPPED:
            self._hidden.append(tag)
        if self._hidden:
            return
        if tag in ("main", "article") and not self._inside:
            self._flush()
            self.main = self.lines = []
        if tag in ("main", "article"):
            self._inside += 1
        if tag in _HEADINGS:
            self._flush()
            self._prefix = "#" * _HEADINGS[tag] + " "
        elif tag in ("ul", "ol"):
            self._flush()
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._flush()
            self._prefix = self._bullet()
        elif tag in ("td", "th"):
            if self._text.strip():
                self._text += " | "
        elif tag == "br":
            self._text += "\n"
        elif tag == "a":
            self._links.append((len(self._text), dict(attrs).get("href") or ""))
        elif tag in _BLOCKS:
            self._flush(keep_prefix=tag == "p")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._hidden:
            # Whatever was left open inside is closed with it.
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
            return
        if tag == "a" and self._links:
            start, target = self._links.pop()
            label = self._text[start:].strip()
            if target.startswith(("http://", "https://", "/help/", "mailto:", "tel:")) and label:
                self._text = f"{self._text[:start]}[{label}]({target})"
        elif tag in ("ul", "ol"):
            self._flush()
            if self._lists:
                self._lists.pop()
        elif tag in _HEADINGS or tag in _BLOCKS or tag == "li":
            self._flush()
        if tag in ("main", "article") and self._inside:
            self._inside -= 1
            if not self._inside:
                self._flush()
                self.lines = []

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._hidden:
            self._text += _BLANK.sub(" ", data)

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _flush(self, keep_prefix: bool = False) -> None:
        lines = [line.strip() for line in self._text.split("\n")]
        text = "\n".join(_SIGNS.sub(r"\1\\\2", line) for line in lines if line)
        if text:
            self.lines.append(self._prefix + text)
        if text or not keep_prefix:
            self._prefix = ""
        self._text, self._links = "", []

    def close(self) -> None:
        super().close()
        self._flush()


def as_markdown(html: str) -> tuple[str, str]:
    """(title, body): the first heading, else the page's title; and the text below it."""
    reader = _Reader()
    everything = reader.lines
    reader.feed(html)
    reader.close()
    blocks = reader.main or [*everything, *([] if reader.lines is everything else reader.lines)]
    title = _BLANK.sub(" ", reader.title).strip()
    for place, block in enumerate(blocks):
        if block.startswith("# ") or (block.startswith("#") and not any(b.startswith("# ") for b in blocks)):
            title = block.lstrip("#").strip()
            blocks = blocks[:place] + blocks[place + 1 :]
            break
    return title, _joined(blocks)


def _joined(blocks: list[str]) -> str:
    """List entries stand close together, everything else apart."""
    text = ""
    for before, block in zip(["", *blocks], blocks):  # noqa: B905 (one shorter by design)
        close = _is_entry(before) and _is_entry(block)
        text += ("" if not text else "\n" if close else "\n\n") + block
    return text


def _is_entry(block: str) -> bool:
    return re.match(r"(- |\d+\. )", block) is not None
