"""Rasa component: which topic a message asks about, and which intent that is.

A topic that is answered from its content file has intent `ask` and stands, with the runners-up, in
the shape in which Rasa's ResponseSelector writes its prediction, so that `rasa test nlu` reports by
topic. A topic that the dialogue handles by itself (a search, a restart) is an intent of its own.

The pipeline has two: a quick one over the cheap features, and a second one over all of them, for
what the quick one is unsure of. Where the quick one is sure it is right as often as the second, and
the slower encoder is spared (7 of 10 plain questions).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.danger_classifier import DANGER
from bot.nlu.meaning import MEANING
from bot.nlu.parts import PARTS, is_question, stands_alone
from bot.nlu.sentence_featurizer import SETTLED
from bot.nlu.topic_model import TopicModel, TopicModelSettings
from bot.nlu.views import sizes_of, vectors_of

#: The retrieval intent of all topics that are answered from content.
ASK = "ask"
RESPONSE_SELECTOR = "response_selector"

#: A message that sounds of danger at least this much is never settled by the quick look.
_CALM = 0.1


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Classifies by the message's dense features. See `topic_model`.

    config: `sure`: from this confidence on the message is settled, and no later component reads it
    again; 1 settles none. Also those of `TopicModelSettings`.
    """

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
        return {**vars(TopicModelSettings()), "sure": 1.0, "ranking_length": 8}

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
        labels = [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in examples]
        names = TopicModelSettings.__dataclass_fields__
        settings = TopicModelSettings(**{name: self._config[name] for name in names})
        sizes = sizes_of(examples[0])
        self._model = TopicModel.fit(vectors_of(examples), labels, settings, sizes)
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
        if self._model is None:
            return messages
        for message in messages:
            if not message.get(SETTLED):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        """The message's own topic; a quick look (`sure` below 1) hears its parts as well."""
        assert self._model is not None
        quick = self._config["sure"] < 1
        parts = message.get(PARTS, []) if quick else []
        rows = self._model.probabilities(vectors_of([message, *parts]))
        self._set(message, rows[0])
        if quick:
            told = [self._told(part, row) for part, row in zip(parts, rows[1:])]
            message.set("parts_told", told, add_to_output=True)
            calm = sum(message.get(DANGER, {}).values()) < _CALM
            message.set(SETTLED, calm and rows[0].max() >= self._config["sure"])

    def _told(self, part: Message, probabilities: np.ndarray[Any, Any]) -> dict[str, Any]:
        assert self._model is not None
        best = int(np.argmax(probabilities))
        return {
            "topic": self._model.labels[best].split("/")[-1],
            "confidence": float(probabilities[best]),
            "question": is_question(part.get(MEANING)),
            "stands_alone": stands_alone(part.get(MEANING)),
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
