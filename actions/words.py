"""Single words in both languages from ``data/responses/words.yml``, for cards and the desk's dossier.

Sentences are never made here: actions utter keys, and the catalogue of the bot renders them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import yaml

from actions.records.models import BothLanguages

WORDS_FILE = Path(__file__).resolve().parent.parent / "data" / "responses" / "words.yml"


class Words:
    """Looks words up by key; ``{name}`` in a word is filled from the arguments."""

    def __init__(self, texts: Mapping[str, BothLanguages]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, path: Path = WORDS_FILE) -> Words:
        responses = yaml.safe_load(path.read_text("utf-8"))["responses"]
        return cls(
            {
                key: {variant["condition"][0]["value"]: variant["text"] for variant in variants}
                for key, variants in responses.items()
            }
        )

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def both(self, key: str, **arguments: object) -> BothLanguages:
        return {language: text.format(**arguments) for language, text in self._texts[key].items()}

    def known(self, prefix: str, value: str | None, default: str) -> str:
        """The key ``<prefix>_<value>``, else ``<prefix>_<default>``: a shop may have couriers we know nothing of."""
        key = f"{prefix}_{value}"
        return key if key in self._texts else f"{prefix}_{default}"


@functools.cache
def words() -> Words:
    """The shop's words, read once."""
    return Words.load()
