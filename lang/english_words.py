"""Which words are English ones."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """160,000 words in lower case, inflected forms among them; loaded at the first call (a quarter of a second)."""
    from spellchecker import SpellChecker

    # Only the list: its own corrections know nothing of what a shop's customers write about.
    return frozenset(SpellChecker(language="en").word_frequency.words())
