"""A learnt intent model as files: arrays and JSON only, so that loading runs no code from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bot.nlu.alignment import Alignment
from bot.nlu.explanation import Examples
from bot.nlu.familiarity import Familiarity
from bot.nlu.guard import Guard
from bot.nlu.intent_model import IntentModel
from bot.nlu.linear_head import LinearHead
from bot.nlu.ranker import Ranker

_FACTS = "intents.json"
_ARRAYS = "arrays.npz"
_EXAMPLES = "examples.json"


def save(model: IntentModel, folder: Path) -> None:
    """Write into an existing folder."""
    facts = {
        "intents": model.intents,
        "temperature": model.temperature,
        "sparse_share": model.ranker.sparse_share,
        "guard": model.guard.facts(),
        "vocabulary": sorted(model.familiarity.vocabulary),
    }
    (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    ranker, familiarity = model.ranker, model.familiarity
    np.savez(
        folder / _ARRAYS,
        language_means=ranker.alignment.means,
        language_turn=ranker.alignment.turn,
        lacking=ranker.lacking,
        sparse_weights=ranker.sparse.weights,
        sparse_bias=ranker.sparse.bias,
        dense_weights=ranker.dense.weights,
        dense_bias=ranker.dense.bias,
        centres=familiarity.centres,
        familiar_mean=familiarity.mean,
        within=familiarity.within,
        overall=familiarity.overall,
        # Half precision: only to be compared with, and the largest part of the file.
        examples=familiarity.examples.astype(np.float16),
    )


def load(folder: Path) -> IntentModel | None:
    """None when nothing was saved there (the training data had no intent at all)."""
    if not (folder / _FACTS).is_file():
        return None
    facts = json.loads((folder / _FACTS).read_text("utf-8"))
    with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
        ranker = Ranker(
            Alignment(arrays["language_means"], arrays["language_turn"]),
            LinearHead(arrays["sparse_weights"], arrays["sparse_bias"]),
            LinearHead(arrays["dense_weights"], arrays["dense_bias"]),
            arrays["lacking"],
            facts["sparse_share"],
        )
        familiarity = Familiarity(
            arrays["centres"],
            arrays["familiar_mean"],
            arrays["within"],
            arrays["overall"],
            arrays["examples"].astype(np.float32),
            frozenset(facts["vocabulary"]),
        )
    return IntentModel(tuple(facts["intents"]), ranker, familiarity, facts["temperature"], Guard(**facts["guard"]))


def save_examples(examples: Examples, folder: Path) -> None:
    """Only explanations need them: they are kept apart from the model."""
    facts = {"texts": examples.texts, "intents": examples.intents}
    (folder / _EXAMPLES).write_text(json.dumps(facts), encoding="utf-8")


def load_examples(folder: Path) -> Examples:
    """Empty when nothing was saved there."""
    if not (folder / _EXAMPLES).is_file():
        return Examples((), ())
    facts = json.loads((folder / _EXAMPLES).read_text("utf-8"))
    return Examples(tuple(facts["texts"]), tuple(facts["intents"]))
