"""A card in words, for channels that have no picture of it: its own lines, or an article's title and link. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.messages import Card, Language

BETWEEN = " · "


def card_lines(card: Card, language: Language, base_url: str = "", beside: str = "") -> list[str]:
    """A line each, the title first. A line that says only what ``beside``, the sentence above, says is left out."""
    if card.kind == "article":
        link = f"{base_url}{card.data['link']}?language={language}" if base_url and card.data.get("link") else ""
        return [line for line in (_in(card.data.get("title"), language), link) if line]
    rows = [[_in(part, language) for part in row.get(language) or ()] for row in card.data.get("lines") or ()]
    return [BETWEEN.join(filter(None, row)) for row in rows if any(part and part not in beside for part in row)]


def _in(words: Any, language: Language) -> str:
    """A word in both languages, or one that needs none."""
    if isinstance(words, Mapping):
        return str(words.get(language, ""))
    return "" if words is None else str(words)
