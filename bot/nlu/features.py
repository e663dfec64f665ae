"""How our featurisers put a message's view into Rasa's feature objects, and how the classifier takes it out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, spmatrix, vstack


def words_of(message: Message) -> list[str]:
    """The folded words our tokeniser left on the message."""
    return [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]


def add_sentence_feature(message: Message, row: np.ndarray | spmatrix, origin: str) -> None:
    """``row`` is [1, features]."""
    message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, origin))


def sparse_rows(messages: Sequence[Message]) -> csr_matrix:
    """[len(messages), features]; zero columns where the pipeline has no sparse featuriser."""
    found = [message.get_sparse_features(TEXT)[1] for message in messages]
    width = max((feature.features.shape[1] for feature in found if feature), default=0)
    rows = [csr_matrix(feature.features) if feature else csr_matrix((1, width), dtype=np.float32) for feature in found]
    return vstack(rows, format="csr") if rows else csr_matrix((0, 0), dtype=np.float32)


def dense_rows(messages: Sequence[Message]) -> np.ndarray:
    """[len(messages), features] float32; zero columns where the pipeline has no dense featuriser."""
    found = [message.get_dense_features(TEXT)[1] for message in messages]
    width = max((feature.features.shape[1] for feature in found if feature), default=0)
    rows = [
        np.asarray(feature.features, np.float32) if feature else np.zeros((1, width), np.float32) for feature in found
    ]
    return np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
