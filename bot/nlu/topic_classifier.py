"""Rasa component: which topic a message asks about, and which intent that is.

A topic that is answered from its content file has intent `ask` and stands, with the runners-up, in
the shape in which Rasa's ResponseSelector writes its prediction, so that `rasa test nlu` reports by
topic. A topic that the dialogue handles by itself (a search, a restart) is an intent of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import (
    FEATURE_TYPE_SENTENCE,
    INTENT,
    INTENT_RESPONSE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.topic_model import TopicModel, TopicModelSettings

#: The retrieval intent of all topics that are answered from content.
ASK = "ask"
RESPONSE_SELECTOR = "response_selector"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Linear classifier over the message's dense and n-gram features. See `topic_model`."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: TopicModel | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**vars(TopicModelSettings()), "ranking_length": 8}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        dense, ngrams = _features(examples)
        labels = [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in examples]
        names = TopicModelSettings.__dataclass_fields__
        settings = TopicModelSettings(**{name: self._config[name] for name in names})
        self._model = TopicModel.fit(dense, ngrams, labels, settings, _view_sizes(examples[0]))
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / "topics.npz")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        with model_storage.read_from(resource) as folder:
            model = TopicModel.load(folder / "topics.npz")
        return cls(config, model_storage, resource, model)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._model is None or not messages:
            return messages
        dense, ngrams = _features(messages)
        for message, row in zip(messages, self._model.probabilities(dense, ngrams)):
            self._set(message, row)
        return messages

    def _danger(self, probabilities: np.ndarray[Any, Any]) -> dict[str, float]:
        """How likely the message tells of danger, whatever else it asks: a second opinion beside
        the safety gate's rules, on vectors that are there anyway."""
        assert self._model is not None
        return {
            label.removeprefix(f"{ASK}/"): round(float(probabilities[index]), 4)
            for index, label in enumerate(self._model.labels)
            if label in {f"{ASK}/emergency", f"{ASK}/crisis"}
        }

    def _set(self, message: Message, probabilities: np.ndarray[Any, Any]) -> None:
        assert self._model is not None
        best = np.argsort(-probabilities)[: self._config["ranking_length"]]
        ranking = [(self._model.labels[i], float(probabilities[i])) for i in best]
        intents = [{"name": intent_of(label), "confidence": p} for label, p in ranking]
        responses = [
            {"intent_response_key": label, "confidence": p}
            for label, p in ranking
            if label.startswith(f"{ASK}/")
        ]
        message.set(INTENT, intents[0], add_to_output=True)
        message.set("intent_ranking", intents, add_to_output=True)
        message.set("topic_ranking", _topics(ranking), add_to_output=True)
        message.set("danger", self._danger(probabilities), add_to_output=True)
        message.set(
            RESPONSE_SELECTOR,
            {
                "all_retrieval_intents": [ASK],
                "default": {"response": responses[0] if responses else {}, "ranking": responses},
            },
            add_to_output=True,
        )


def intent_of(label: str) -> str:
    """The intent of a label: "ask/crs" is of intent "ask", "find_trials" is itself."""
    return label.split("/")[0]


def _topics(ranking: list[tuple[str, float]]) -> list[dict[str, Any]]:
    return [{"topic": label.split("/")[-1], "confidence": p} for label, p in ranking]


def _views(message: Message) -> list[Features]:
    """The sentence vectors of a message, one for each encoder."""
    return [
        feature
        for feature in message.features
        if feature.is_dense()
        and feature.attribute == TEXT
        and feature.type == FEATURE_TYPE_SENTENCE
    ]


def _view_sizes(message: Message) -> list[int]:
    return [feature.features.shape[-1] for feature in _views(message)]


def _features(messages: list[Message]) -> tuple[Any, Any]:
    dense = np.vstack([np.hstack([f.features for f in _views(m)]) for m in messages])
    ngrams = scipy.sparse.vstack([m.get_sparse_features(TEXT)[1].features for m in messages])
    return dense.astype(np.float32), ngrams.tocsr()
