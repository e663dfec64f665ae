"""Whether a message is words at all, or markup, code, a bare link, a block of base64: told by its shape."""

from __future__ import annotations

import re

_TAG_OR_LINK = re.compile(r"</?[A-Za-z!][^<>]*>|https?://\S+")
# Letters and digits, with what stands inside words: "don't", "wi-fi", "refund/return".
_WORD = re.compile(r"[^\W_]+(?:['’./-][^\W_]+){0,2}")
_AROUND_WORDS = "\"'“”‘’()（）.,:;!?…~*+-#&%、，。：；！？"
_LONGEST_WORD = 24
"""Letters of the Latin script; no word that customers write is longer."""


def reads_as_words(text: str) -> bool:
    """Whether most of the letters stand in words. Chinese needs no blanks: whatever holds a Chinese sign is words."""
    pieces = _TAG_OR_LINK.sub(" ", text).split()
    letters = [(sum(map(str.isalpha, piece)), piece) for piece in pieces]
    return 2 * sum(count for count, piece in letters if _is_words(piece)) > sum(count for count, _ in letters)


def _is_words(piece: str) -> bool:
    if any(sign.isalpha() and not sign.isascii() for sign in piece):
        return True
    trimmed = piece.strip(_AROUND_WORDS)
    return len(trimmed) <= _LONGEST_WORD and bool(_WORD.fullmatch(trimmed))
