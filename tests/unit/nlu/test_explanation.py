"""An explanation adds up to the score it explains."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.explanation import Examples, explain
from bot.nlu.intent_model import IntentModel
from bot.nlu.messages_view import View
from bot.nlu.ngrams import Grams

MESSAGES = {
    "renew": [["renew", "my", "loan"], ["renew", "it"], ["续借", "书"], ["please", "renew"]],
    "hours": [["when", "open"], ["open", "today"], ["几点", "开门"], ["my", "hours"]],
}


@pytest.fixture(scope="module")
def learnt() -> tuple[IntentModel, Grams, Examples]:
    words = [message for messages in MESSAGES.values() for message in messages]
    labels = [intent for intent, messages in MESSAGES.items() for _ in messages]
    grams = Grams.learn(words, least=1)
    model = IntentModel.fit(View(grams.transform(words), np.eye(8, dtype=np.float32), words), labels)
    return model, grams, Examples(tuple(" ".join(message) for message in words), tuple(labels))


def test_words_weights_add_up_to_the_counts_score(learnt: tuple[IntentModel, Grams, Examples]) -> None:
    model, grams, examples = learnt
    words = ["renew", "my", "书"]
    view = View(grams.transform([words]), np.eye(8, dtype=np.float32)[:1], [words])
    told = explain(model, examples, view, grams.placed(words))
    one, other = model.intents.index("renew"), model.intents.index("hours")
    sparse, _ = model.ranker.apart(view)
    without_bias = sparse - model.ranker.sparse.bias
    expected = model.ranker.sparse_share * (without_bias[0, one] - without_bias[0, other])
    assert sum(word["weight"] for word in told["words"]) == pytest.approx(expected, abs=0.01)
    assert told["words"][0]["word"] == "renew"
    assert told["instead_of"] == "hours"
    assert told["nearest"][0] == {"text": "renew my loan", "intent": "renew", "likeness": 1.0}


def test_of_one_intent_there_is_nothing_to_weigh() -> None:
    words = [["renew"]]
    grams = Grams.learn(words, least=1)
    view = View(grams.transform(words), np.eye(1, 8, dtype=np.float32), words)
    told = explain(IntentModel.fit(view, ["renew"]), Examples(("renew",), ("renew",)), view, grams.placed(words[0]))
    assert (told["instead_of"], told["words"]) == (None, [])
    assert told["nearest"][0]["intent"] == "renew"
