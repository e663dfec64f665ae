"""One written form for every message, character by character: offsets keep pointing into the customer's text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from opencc import OpenCC

# Blocks that OpenCC's dictionaries know: extension A, the unified block, compatibility forms, extension B.
_HAN_BLOCKS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF))
# Phones and word processors type these for the straight ones.
_QUOTES = {**dict.fromkeys("‘’ʼ`´", "'"), **dict.fromkeys("“”", '"')}
_BLANK = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


@lru_cache(maxsize=1)
def _simplified() -> dict[str, str]:
    """Traditional → Simplified, only where one character becomes exactly one other."""
    characters = [chr(code) for first, last in _HAN_BLOCKS for code in range(first, last + 1)]
    # A line each keeps OpenCC's phrase dictionary out of it: neighbours must not influence a character.
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {old: new for old, new in zip(characters, converted, strict=True) if old != new and len(new) == 1}


class _CharacterMap(dict[int, str]):
    """A ``str.translate`` table that works out a character when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.category(character) in _BLANK:
            character = " "
        else:
            compatible = unicodedata.normalize("NFKC", character)
            if len(compatible) == 1:
                character = compatible
            character = _QUOTES.get(character) or _simplified().get(character, character)
        self[code] = character
        return character


class _LowerMap(dict[int, str]):
    """Lower case, except for the few letters whose lower case is longer (the Turkish dotted I)."""

    def __missing__(self, code: int) -> str:
        lower = chr(code).lower()
        self[code] = lower if len(lower) == 1 else chr(code)
        return self[code]


_CHARACTERS = _CharacterMap()
_LOWER = _LowerMap()


def normalize(text: str) -> str:
    """Full-width → half-width, Traditional → Simplified, control and odd space characters → one space each.

    The result has the same length as ``text``; letter case is left alone.
    """
    return text.translate(_CHARACTERS)


def fold(text: str) -> str:
    """``normalize`` and lower case; same length as ``text``."""
    return normalize(text).translate(_LOWER)
