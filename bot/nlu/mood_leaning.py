"""How far the encoder takes a message for one of an upset customer: anger without angry words, irony."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from lang.encode import Encoder, encoder
from lang.normalize import fold
from lang.tokenize import is_han

_STRENGTH = 3.0
# Below an even chance it tells nothing, and alone it never makes a message one of a clearly upset customer.
_EVEN, _MOST = 0.5, 0.5


@dataclass(frozen=True)
class MoodLeaning:
    """``means`` [2, d]: of sentences in other than Chinese characters, and in Chinese; ``direction`` [d] and ``offset``
    of the logistic curve from calm to upset."""

    means: np.ndarray
    direction: np.ndarray
    offset: float

    @classmethod
    def learn(cls, upset: list[str], calm: list[str]) -> MoodLeaning:
        """From sentences of both languages."""
        texts = [fold(text) for text in [*upset, *calm]]
        vectors = encoder().encode(texts, remember=True)
        chinese = np.array([_is_chinese(text) for text in texts])
        means = np.stack([vectors[chinese == script].mean(axis=0) for script in (False, True)])
        labels = np.arange(len(texts)) < len(upset)
        model = LogisticRegression(C=_STRENGTH).fit(_unit(vectors - means[chinese.astype(int)]), labels)
        return cls(means, model.coef_[0], float(model.intercept_[0]))

    def weight(self, text: str, vector: np.ndarray) -> float:
        """0 (nothing tells of anger) .. 0.5, given the sentence's vector; 0 for vectors of another encoder."""
        if vector.shape != (Encoder.size,):
            return 0.0
        moved = _unit(vector[None, :] - self.means[int(_is_chinese(text))])
        chance = 1 / (1 + float(np.exp(-(moved[0] @ self.direction + self.offset))))
        return max(0.0, (chance - _EVEN) / (1 - _EVEN)) * _MOST


@lru_cache(maxsize=1)
def leaning() -> MoodLeaning:
    """Learnt at the first call from ``mood_examples.yml`` (a second at most)."""
    examples = yaml.safe_load(Path(__file__).with_name("mood_examples.yml").read_text("utf-8"))
    return MoodLeaning.learn(examples["upset"], examples["calm"])


def _is_chinese(text: str) -> bool:
    return any(map(is_han, text))


def _unit(rows: np.ndarray) -> np.ndarray:
    unit: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
