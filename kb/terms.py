"""What counts as one word in the search by words."""

from __future__ import annotations

import re

from lang.normalize import fold
from lang.tokenize import HAN, tokenize

_HAN_RUNS = re.compile(f"[{HAN}]{{2,}}")


def terms(text: str) -> list[str]:
    """Words, and for Chinese also pairs of characters, so that a differently cut word still matches."""
    folded = fold(text)
    words = [token.text for token in tokenize(folded) if any(sign.isalnum() for sign in token.text)]
    pairs = [run[start : start + 2] for run in _HAN_RUNS.findall(folded) for start in range(len(run) - 1)]
    known = set(words)
    return words + [pair for pair in pairs if pair not in known]
