"""Words with offsets: Chinese by jieba, everything else by spaCy's English rules, numbers and codes kept whole."""

from __future__ import annotations

import importlib.abc
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from types import ModuleType
from typing import Any

import jieba

from lang.home import home
from lang.normalize import normalize

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f\u3007"
_RUNS = re.compile(rf"[{HAN}]+|[^{HAN}]+")
_HAN = re.compile(f"[{HAN}]")
# "SO202611010001", "iphone15", "129.00", "2026-11-21", "8:30": anything around a digit, joined by signs between digits.
# It starts at a word's start only: from every letter on, a long word without a digit would cost quadratic time.
_CODE = re.compile(r"(?<![a-z\d])[a-z]*\d[a-z\d]*(?:[.,:/-]\d[a-z\d]*)*", re.IGNORECASE | re.ASCII)
# spaCy takes quadratic time over signs that follow each other without a space; nobody writes such words in earnest.
_ENDLESS = re.compile(r"\S{65}")
# spaCy keeps every word it ever met, half a kilobyte each; a server that runs for months must not.
_RENEW_AFTER = 50_000
_uses = count()
_PIECE = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Token:
    """``text`` is the normalised form of ``original[start:end]``."""

    text: str
    start: int
    end: int


class _HideTensorFlow(importlib.abc.MetaPathFinder):
    """spaCy's backend imports TensorFlow when it finds it: eight seconds for something a tokeniser never touches.

    Hides it from this thread only, and only while spaCy is being imported.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> None:
        if fullname == "tensorflow" and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(fullname)


def _english() -> Any:
    return _english_of(next(_uses) // _RENEW_AFTER)


@lru_cache(maxsize=1)
def _english_of(_generation: int) -> Any:
    hide = _HideTensorFlow()
    sys.meta_path.insert(0, hide)
    try:
        import spacy
    finally:
        sys.meta_path.remove(hide)
    return spacy.blank("en").tokenizer


@lru_cache(maxsize=1)
def _chinese() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # jieba trusts the cache it finds in the shared temporary folder, where anybody may have put one.
    folder = home() / "jieba"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    tokenizer.tmp_dir = str(folder)
    tokenizer.initialize()
    return tokenizer


def tokenize(text: str) -> list[Token]:
    """Tokens in order, white space left out; every offset slices ``text``."""
    clean = normalize(text)
    return [Token(clean[start:end], start, end) for start, end in _spans(clean)]


def is_han(word: str) -> bool:
    """Whether a word of ours is Chinese: no token mixes scripts, so its first character tells."""
    return _HAN.match(word) is not None


def cut_chinese(text: str) -> list[str]:
    """The words of normalised text that is Chinese characters only."""
    # Without the hidden Markov model: invented words differ from message to message and help no count feature.
    return list(_chinese().cut(text, HMM=False))


def _spans(clean: str) -> Iterator[tuple[int, int]]:
    for run in _RUNS.finditer(clean):
        if is_han(run.group()):
            start = run.start()
            for word in cut_chinese(run.group()):
                yield start, start + len(word)
                start += len(word)
        else:
            yield from _other_spans(run.group(), run.start())


def _other_spans(run: str, offset: int) -> Iterator[tuple[int, int]]:
    position = 0
    for code in _CODE.finditer(run):
        yield from _english_spans(run[position : code.start()], offset + position)
        yield offset + code.start(), offset + code.end()
        position = code.end()
    yield from _english_spans(run[position:], offset + position)


def _english_spans(run: str, offset: int) -> Iterator[tuple[int, int]]:
    if _ENDLESS.search(run):
        for piece in _PIECE.finditer(run):
            yield offset + piece.start(), offset + piece.end()
        return
    for token in _english()(run):
        if not token.is_space:
            yield offset + token.idx, offset + token.idx + len(token)
