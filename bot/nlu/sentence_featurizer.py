"""Rasa component: the meaning of a message as a dense vector, from a sentence encoder."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoders import VectorCache, Vectors, encoder
from bot.nlu.meaning import MEANING
from bot.nlu.parts import with_parts
from knowledge.settings import VAR

#: The message attribute that says that its topic is known already (set by a TopicClassifier).
SETTLED = "settled"

#: From here on stand the scripts (Chinese, Japanese, Korean) that an encoder reads at almost one
#: character a step; of others it reads three or four.
_DENSE = "\u2e80"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Sets the sentence vector of one encoder.

    config: `encoder`, a name of `bot.nlu.encoders.ENCODERS`. `characters`: it reads at most so much
    of a message, which bounds the time of a turn; half as many of a script that says as much with
    half of them. `parts`: whether it reads a message's parts too.
    A message that is settled is left alone.
    """

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder = encoder(config["encoder"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        own = {"encoder": "use", "characters": 600, "parts": False}
        return {**DenseFeaturizer.get_default_config(), **own}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        return cls(config, execution_context.node_name)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [m for m in training_data.training_examples if m.get(MEANING) is not None]
        cache = VectorCache(VAR / "vectors.sqlite")
        vectors = cache.encode(self._encoder, [self._readable(m) for m in messages])
        cache.close()
        for message, vector in zip(messages, vectors):
            self._set(message, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        unsettled = [message for message in messages if not message.get(SETTLED)]
        read = with_parts(unsettled) if self._config["parts"] else unsettled
        if read:
            vectors = self._encoder.encode([self._readable(message) for message in read])
            for message, vector in zip(read, vectors):
                self._set(message, vector)
        return messages

    def _set(self, message: Message, vector: Vectors) -> None:
        message.add_features(
            Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
        )

    def _readable(self, message: Message) -> str:
        text = (message.get(MEANING) or "").strip() or "?"
        room = self._config["characters"]
        if len(text) <= room // 2:
            return text
        if 2 * sum(character >= _DENSE for character in text) > len(text):
            room //= 2
        if len(text) <= room:
            return text
        # A story's question tends to stand at its end or its start; keep both.
        half = room // 2
        return f"{text[:half]} {text[-half:]}"

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises KeyError for an encoder that there is not."""
        encoder(config["encoder"])
