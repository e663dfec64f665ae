"""What counts as one word in the search by words."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from lang.normalize import fold
from lang.tokenize import HAN, tokenize

_HAN_RUNS = re.compile(f"[{HAN}]{{2,}}")
# Before stems and pairs, so that none of them is taken for a word that somebody might have meant to type.
_STEM = "+"
_SHORTEST_COMPOUND = 5
_SHORTEST_INFLECTED = 4
# The first that fits is taken off, the longest before the shorter ones; what it leaves is no word of a dictionary.
_ENDINGS = (("sses", "ss"), ("ies", "y"), ("ied", "y"), ("ing", ""), ("ment", ""), ("ed", ""), ("es", ""), ("ly", ""))
_SIGNS = re.compile(r"[\W_]+")
_PLURAL = re.compile(r"(?<![sui])s$")


def terms(text: str, question: bool = True) -> list[str]:
    """Words, and for Chinese also pairs of characters, so that a differently cut word still matches.

    Of a ``question``, titles included, also the stems of long English words, and of any two that follow each other,
    written together: "sign up" says more than its words, and is the same as "sign-up" and "signup". In long texts
    nearly every pair stands somewhere.
    """
    folded = fold(text)
    words = [token.text for token in tokenize(folded) if any(sign.isalnum() for sign in token.text)]
    pairs = [run[start : start + 2] for run in _HAN_RUNS.findall(folded) for start in range(len(run) - 1)]
    known = set(words)
    found = words + [pair for pair in pairs if pair not in known]
    return [*found, *_stems(words)] if question else found


def _stems(words: list[str]) -> list[str]:
    latin = [stem(word) if word.isascii() else "" for word in words]
    pairs = [_STEM + first + second for first, second in pairwise(latin) if first and second]
    return pairs + [
        _STEM + short for word, short in zip(words, latin, strict=True) if short and len(word) >= _SHORTEST_COMPOUND
    ]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """An English word in small letters without signs and without its ending: e-mail; return, returned, returning."""
    word = _SIGNS.sub("", word)
    if len(word) < _SHORTEST_INFLECTED or not word.isalpha():
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + instead
            break
    else:
        word = _PLURAL.sub("", word)
    if len(word) < _SHORTEST_INFLECTED:
        return word
    # Cancelled, shipping; but address.
    return word[:-1] if word[-1] == word[-2] != "s" else word.removesuffix("e")
