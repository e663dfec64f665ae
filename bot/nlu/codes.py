"""Codes in a message: order and tracking numbers, phones, mail addresses. They tell that one is given, no more."""

from __future__ import annotations

import re

_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,64}")
_CODE = re.compile(r"(?<![a-z0-9])[a-z]{0,6}[ #-]?\d[a-z\d-]{4,40}", re.ASCII)
_DIGIT = re.compile(r"\d")


def shorten(folded: str) -> str:
    """The text with short stand-ins for codes, for the encoder.

    It averages over pieces of words, and twelve digits are many pieces: they would drown the words around them.
    """
    return _CODE.sub("123", _MAIL.sub("a@b.com", folded))


def has_digit(word: str) -> bool:
    """Whether a word is, or contains, a number."""
    return _DIGIT.search(word) is not None
