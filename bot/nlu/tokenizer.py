"""Rasa component: the words of a message's meaning, for the reports of `rasa test nlu`."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.meaning import MEANING
from bot.nlu.words import fold


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MeaningTokenizer(WhitespaceTokenizer):
    """Rasa's whitespace tokenizer over the canonical wording, case and accents folded."""

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(MEANING) if attribute == TEXT else message.get(attribute)
        folded = fold(text or "")
        parts = folded.split() or ["_"]
        tokens: list[Token] = self._convert_words_to_tokens(parts, " ".join(parts))
        return tokens

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """As it is: nothing here learns from single words."""
        return training_data
