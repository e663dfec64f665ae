"""How our featurisers put a message's view into Rasa's feature objects, and how the classifier takes it out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, spmatrix, vstack

from bot.nlu.ngrams import join
from lang.normalize import fold

CLAUSES = "clauses"
"""The property that holds a message's clauses as messages of their own, where it has several; never put out."""
ANNOUNCED = "announced"
"""Of a clause: whether it begins with a word like "also"."""
PLACED = "placed"
"""The counted features with their places in the message, when it is to be explained."""
READ_AS = "read_as"
"""The property that holds the text as it was probably meant, where the speller changed something."""
_READ_WORDS = "read_words"


def with_clauses(messages: Sequence[Message]) -> list[Message]:
    """The messages and, after them, the clauses of each: what is counted and encoded of the one is of the other."""
    return [*messages, *(clause for message in messages for clause in message.get(CLAUSES) or ())]


def words_of(message: Message) -> list[str]:
    """The folded words our tokeniser left on the message, spelling put right where a speller did so."""
    corrected: list[str] | None = message.get(_READ_WORDS)
    return corrected or [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]


def reading_of(message: Message) -> str:
    """The folded text, spelling put right where a speller did so."""
    return message.get(READ_AS) or fold(message.get(TEXT) or "")


def set_reading(message: Message, words: list[str]) -> None:
    """What later components count and encode; tokens and the customer's text stay as they are, entities point there."""
    message.set(_READ_WORDS, words)
    message.set(READ_AS, join(words).strip(), add_to_output=True)


def add_sentence_feature(message: Message, row: np.ndarray | spmatrix, origin: str) -> None:
    """``row`` is [1, features]."""
    message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, origin))


def sparse_rows(messages: Sequence[Message]) -> csr_matrix:
    """[len(messages), features]; zero columns where the pipeline has no sparse featuriser."""
    found = [message.get_sparse_features(TEXT)[1] for message in messages]
    width = max((feature.features.shape[1] for feature in found if feature), default=0)
    rows = [feature.features if feature else csr_matrix((1, width), dtype=np.float32) for feature in found]
    if len(rows) == 1 and isinstance(rows[0], csr_matrix):
        # One message is the usual case when serving, and stacking costs more than counting.
        return rows[0]
    return vstack(rows, format="csr") if rows else csr_matrix((0, 0), dtype=np.float32)


def dense_rows(messages: Sequence[Message]) -> np.ndarray:
    """[len(messages), features] float32; zero columns where the pipeline has no dense featuriser."""
    found = [message.get_dense_features(TEXT)[1] for message in messages]
    width = max((feature.features.shape[1] for feature in found if feature), default=0)
    rows = [
        np.asarray(feature.features, np.float32) if feature else np.zeros((1, width), np.float32) for feature in found
    ]
    return np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
