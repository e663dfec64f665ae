"""How Chinese characters are read: toneless syllables, and what sounds alike to many ears and keyboards."""

from __future__ import annotations

import os
import re
from functools import lru_cache

# Readings of whole phrases: 45 MB and a third of a second for something that is never asked here.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

from pypinyin import Style, pinyin

_RETROFLEX = re.compile("^([zcs])h")
_VELAR = re.compile("ng$")
_LATERAL = re.compile("^l")


@lru_cache(maxsize=20_000)
def readings(character: str) -> tuple[str, ...]:
    """Toneless syllables of one character, the commonest first; empty when it is no Chinese character."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(found[0])) if found else ()


@lru_cache(maxsize=2_000)
def blurred(syllable: str) -> str:
    """The same for syllables that southern speakers, and the input methods they use, do not tell apart."""
    return _LATERAL.sub("n", _VELAR.sub("n", _RETROFLEX.sub(r"\1", syllable)))
