"""Rasa component: the meaning of a message as dense vectors, one from each sentence encoder."""

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
from knowledge.settings import VAR

#: Encoders read at most this much of a message: a long story tells its point within it, and the
#: time of a turn stays bounded.
MAX_CHARACTERS = 600


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Sets one sentence vector for each configured encoder.

    config: `encoders`, names of `bot.nlu.encoders.ENCODERS`.
    """

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoders = [encoder(each) for each in config["encoders"]]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "encoders": ["use", "e5"]}

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
        texts = [_readable(m) for m in messages]
        parts = [cache.encode(each, texts) for each in self._encoders]
        cache.close()
        for row, message in enumerate(messages):
            self._set(message, [part[row] for part in parts])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = _readable(message)
            self._set(message, [each.encode([text])[0] for each in self._encoders])
        return messages

    def _set(self, message: Message, vectors: list[Vectors]) -> None:
        for each, vector in zip(self._encoders, vectors):
            origin = f"{self._identifier}/{each.id}"
            message.add_features(
                Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, origin)
            )

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises KeyError for an encoder that there is not."""
        for name in config["encoders"]:
            encoder(name)


def _readable(message: Message) -> str:
    text = (message.get(MEANING) or "").strip() or "?"
    if len(text) <= MAX_CHARACTERS:
        return text
    # A story's question tends to stand at its end or its start; keep both.
    half = MAX_CHARACTERS // 2
    return f"{text[:half]} {text[-half:]}"
