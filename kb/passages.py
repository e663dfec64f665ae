"""The searchable pieces of an article: its title, its questions, and its sections in pieces of readable length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.articles import Article
from kb.sections import Section

PASSAGE_LENGTH = 700
MOST_PIECES = 40
MOST_PASSAGES = 400
"""A page that is longer, so many passages a section and in all, is no article but a log; its rest is not searched."""


@dataclass(frozen=True)
class Passage:
    """``place`` is the section it speaks for, −1 for none in particular. ``question``: short, put as a customer might.

    Questions and sections lie apart in the encoder's space and are encoded with different prefixes.
    """

    text: str
    place: int
    question: bool

    @property
    def prefix(self) -> str:
        return "query: " if self.question else "passage: "


def passages_of(article: Article) -> list[Passage]:
    """Title, questions and sections, in this order."""
    found = [Passage(text, -1, True) for text in (article.title, *article.questions)]
    for place, section in enumerate(article.sections):
        label = f"{article.title} {section.heading}"
        found += [Passage(f"{label}\n{piece}", place, False) for piece in _pieces(section)]
        if len(found) >= MOST_PASSAGES:
            break
    return found[:MOST_PASSAGES]


def _pieces(section: Section) -> list[str]:
    """The text, cut between lines or sentences where it is too long for one vector."""
    pieces = [""]
    for line in _lines(section.text):
        if pieces[-1] and len(pieces[-1]) + len(line) > PASSAGE_LENGTH:
            pieces.append(line)
        else:
            pieces[-1] = f"{pieces[-1]}\n{line}" if pieces[-1] else line
    return pieces[:MOST_PIECES]


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        while len(line) > PASSAGE_LENGTH:
            end = max(line.rfind(sign, 1, PASSAGE_LENGTH) for sign in "。！？.!? ")
            cut = end + 1 if end > 0 else PASSAGE_LENGTH
            yield line[:cut]
            line = line[cut:]
        yield line
