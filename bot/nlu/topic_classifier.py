"""Rasa component: which topic a message asks about, and which intent that is.

A topic that is answered from its content file has intent `ask` and stands, with the runners-up, in
the shape in which Rasa's ResponseSelector writes its prediction, so that `rasa test nlu` reports by
topic. A topic that the dialogue handles by itself (a search, a restart) is an intent of its own.

The pipeline has two: a quick one over the cheap features, and a second one over all of them, for
what the quick one is unsure of. Where the quick one is sure it is right as often as the second, and
the slower encoder is spared (7 of 10 plain questions).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.danger_classifier import DANGER
from bot.nlu.meaning import MEANING
from bot.nlu.parts import PARTS, is_question, stands_alone
from bot.nlu.sentence_featurizer import SETTLED
from bot.nlu.topic_model import Matrix, TopicModel, TopicModelSettings
from bot.nlu.vector_classifier import VectorClassifier

#: The retrieval intent of all topics that are answered from content.
ASK = "ask"
RESPONSE_SELECTOR = "response_selector"

#: A message that sounds of danger at least this much is never settled by the quick look.
_CALM = 0.1


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(VectorClassifier):
    """Sets the topic, the intent and their runners-up.

    config: `sure`: from this confidence on the message is settled, and no later component reads it
    again; 1 settles none. Also that of `VectorClassifier`.
    """

    file = "topics.npz"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**vars(TopicModelSettings()), "sure": 1.0, "ranking_length": 8}

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        vectors, sizes = self._seen(examples)
        labels = [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in examples]
        return self._learn(vectors, labels, sizes)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._model is not None and not message.get(SETTLED):
                self._classify(self._model, message)
        return messages

    def _classify(self, model: TopicModel, message: Message) -> None:
        """The message's own topic; a quick look (`sure` below 1) hears its parts as well."""
        quick = self._config["sure"] < 1
        parts = message.get(PARTS, []) if quick else []
        rows = self._told(model, [message, *parts])
        self._set(message, model.labels, rows[0])
        if quick:
            told = [_part(part, model.labels, row) for part, row in zip(parts, rows[1:])]
            message.set("parts_told", told, add_to_output=True)
            calm = sum(message.get(DANGER, {}).values()) < _CALM
            message.set(SETTLED, calm and rows[0].max() >= self._config["sure"])

    def _set(self, message: Message, labels: Sequence[str], probabilities: Matrix) -> None:
        best = np.argsort(-probabilities)[: self._config["ranking_length"]]
        ranking = [(labels[i], float(probabilities[i])) for i in best]
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


def _part(part: Message, labels: Sequence[str], probabilities: Matrix) -> dict[str, Any]:
    best = int(np.argmax(probabilities))
    return {
        "topic": labels[best].split("/")[-1],
        "confidence": float(probabilities[best]),
        "question": is_question(part.get(MEANING)),
        "stands_alone": stands_alone(part.get(MEANING)),
    }
