"""When two spellings are the same name."""

from __future__ import annotations

import re

from lang.normalize import fold

# What names are written with or without: "noise-cancelling", "Xi'an".
SPACING = re.compile(r"[ \-,'.]+")


def same_name(name: str) -> str:
    """What all spellings of a name have in common: no spacing, one letter case, simplified characters."""
    return SPACING.sub("", fold(name))
