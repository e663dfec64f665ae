"""Wrong letters and characters put right, before anything is counted or encoded. No Rasa."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.nlu.homophones import Homophones
from bot.nlu.misspellings import Misspellings
from bot.nlu.runs import runs_of
from lang.tokenize import cut_chinese

_FILE = "spelling.json"
# In a long message a slip does little harm and a wrong correction is likelier; and nonsense of ten thousand letters
# must not cost seconds.
_MOST_WORDS = 40


@dataclass(frozen=True)
class Spelling:
    """What the training messages write, and how a message that writes otherwise was probably meant."""

    homophones: Homophones
    misspellings: Misspellings

    @classmethod
    def learn(cls, messages: Sequence[Sequence[str]]) -> Spelling:
        """From the words of each training message."""
        return cls(Homophones.learn(messages), Misspellings.learn(messages))

    def corrected(self, words: Sequence[str]) -> list[str]:
        """The words as they were probably meant; the same ones where nothing looks wrong."""
        if len(words) > _MOST_WORDS:
            return list(words)
        meant: list[str] = []
        for chinese, run in runs_of(words):
            meant.extend(self._chinese(run) if chinese else self._others(run))
        return meant

    def _chinese(self, run: list[str]) -> list[str]:
        text = self.homophones.corrected(run)
        return run if text == "".join(run) else cut_chinese(text)

    def _others(self, run: list[str]) -> list[str]:
        meant: list[str] = []
        for word, after in zip(run, [*run[1:], ""], strict=True):
            meant.append(self.misspellings.corrected(meant[-1] if meant else "", word, after))
        return meant

    def save(self, folder: Path) -> None:
        facts = {
            "phrases": self.homophones.phrases,
            "pairs": sorted(self.homophones.pairs),
            "common": sorted(self.homophones.common),
            "words": self.misspellings.words,
            "word_pairs": self.misspellings.pairs,
        }
        (folder / _FILE).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Spelling:
        facts = json.loads((folder / _FILE).read_text("utf-8"))
        return cls(
            Homophones(facts["phrases"], frozenset(facts["pairs"]), frozenset(facts["common"])),
            Misspellings(facts["words"], facts["word_pairs"]),
        )
