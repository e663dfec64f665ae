"""Rasa component: words of both languages; the texts of tokens are normalised, their offsets are the customer's."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import fingerprint
from bot.nlu.clauses import clauses
from bot.nlu.component import text_of
from bot.nlu.features import ANNOUNCED, CLAUSES, with_clauses
from lang.normalize import fold
from lang.tokenize import tokenize


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class KefuTokenizer(Tokenizer):
    """Normaliser and tokeniser in one, so that no component ever sees text of another length than the customer's."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["jieba", "spacy", "opencc"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint.sources()

    def process(self, messages: list[Message]) -> list[Message]:
        """Training examples never come here: they have no clauses."""
        for message in messages:
            text = text_of(message)
            parts = [
                Message(data={TEXT: text[clause.start : clause.end], ANNOUNCED: clause.announced})
                for clause in clauses(text)
            ]
            if parts:
                message.set(CLAUSES, parts)
        super().process(with_clauses(messages))
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        tokens = [Token(fold(token.text), token.start, token.end) for token in tokenize(message.get(attribute))]
        return self._apply_token_pattern(tokens)
