"""Rasa component: does a message tell of an emergency or a crisis, whatever else it asks?

A second opinion beside the safety gate's rules (`bot/safety`), by meaning, on vectors that are
there anyway. It learns from the topics' questions and from `data/danger.tsv`: dangers told in many
ways, and what only looks like one ("can it cause seizures?", "this wait is killing me").

The pipeline has two: a quick one, by which a message that sounds of danger is never settled by the
quick look, and a second one over all vectors, which is the one that counts.

The quick one reads the message's pieces as well, since a long message hides its one sentence of
danger from both: what they hear of the whole is raised towards the most dangerous piece.
"""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import expit, logit

from bot.nlu.hard_negatives import nearest
from bot.nlu.parts import PIECES
from bot.nlu.sentence_featurizer import SETTLED
from bot.nlu.topic_model import Matrix, TopicModel, TopicModelSettings
from bot.nlu.vector_classifier import VectorClassifier
from knowledge.settings import PROJECT

#: The message attribute: the probability of each kind of danger.
DANGER = "danger"
#: The message attribute: the most danger, of both kinds together, that either look heard.
MOST_DANGER = "most_danger"
#: The most that any piece of the message tells of each, where it has pieces.
_OF_PIECES = "danger_of_pieces"
#: What a training message that has no topic is an example of.
_EXAMPLE_OF = "danger_example"
_NONE = "none"
_KINDS = ("emergency", "crisis")
#: How much the whole message counts beside its most dangerous piece. Chosen on 600 hard dangers and
#: 520 look-alikes written apart: at as many false alarms (20 %) 98 % of the emergencies and 92 % of
#: the crises get a card, and by the whole alone 97 and 91 %. At 0.5 it would be 97 and 96 %, but of
#: 1,183 hard questions that tell of no danger 51 would get one, and not 45.
_OF_WHOLE = 0.65
_EXAMPLES = PROJECT / "data" / "danger.tsv"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerClassifier(VectorClassifier):
    """Sets the probability of an emergency and of a crisis.

    config: `calm_questions`: of the topics' other questions so many are learnt from, since the time
    of a training grows with the cube: those that sound most like a danger (`hard_negatives`). With
    2,000 picked at random 6.3 % of 1,183 calm messages that were held out got a card, with 4,000 of
    these 3.6 %. `pieces`: whether it reads them, else it takes what one before it read. Also that
    of `VectorClassifier`.
    """

    file = "danger.npz"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        settings = vars(TopicModelSettings(ridge=0.05))
        return {**settings, "calm_questions": 4000, "pieces": False}

    def train(self, training_data: TrainingData) -> Resource:
        told = [(m, kind) for m in training_data.training_examples if (kind := _kind_of(m))]
        vectors, sizes = self._seen([message for message, _ in told])
        kinds = np.array([kind for _, kind in told])
        of_topic = np.array([not message.get(_EXAMPLE_OF) for message, _ in told])
        calm = np.flatnonzero(of_topic & (kinds == _NONE))
        # Of the topics' calm questions those that sound most like a danger.
        hardest = nearest(
            vectors[calm],
            vectors[kinds != _NONE],
            sizes,
            self._config["weights"],
            self._config["calm_questions"],
        )
        learnt = np.concatenate([np.setdiff1d(np.arange(len(told)), calm), calm[hardest]])
        return self._learn(vectors[learnt], kinds[learnt].tolist(), sizes)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._model is not None and not message.get(SETTLED):
                self._hear(self._model, message)
        return messages

    def _hear(self, model: TopicModel, message: Message) -> None:
        pieces = message.get(PIECES, []) if self._config["pieces"] else []
        columns = [model.labels.index(kind) for kind in _KINDS if kind in model.labels]
        whole, *of_pieces = self._told(model, [message, *pieces])[:, columns]
        if of_pieces:
            message.set(_OF_PIECES, np.max(of_pieces, axis=0))
        most = message.get(_OF_PIECES)
        heard = whole if most is None else np.maximum(whole, _between(most, whole))
        told = {model.labels[column]: round(float(p), 4) for column, p in zip(columns, heard)}
        message.set(DANGER, {kind: told.get(kind, 0.0) for kind in _KINDS}, add_to_output=True)
        most_so_far = message.get(MOST_DANGER, 0.0)
        message.set(MOST_DANGER, max(most_so_far, float(heard.sum())), add_to_output=True)


def _between(piece: Matrix, whole: Matrix) -> Matrix:
    """The probabilities between, by their log-odds."""
    odds = (1 - _OF_WHOLE) * logit(_inside(piece)) + _OF_WHOLE * logit(_inside(whole))
    return np.asarray(expit(odds))


def _inside(probabilities: Matrix) -> Matrix:
    """Neither 0 nor 1, whose odds can't be reckoned with."""
    return np.clip(probabilities, 1e-5, 1 - 1e-5)


def danger_examples() -> list[Message]:
    """The messages of `data/danger.tsv` for training: without a topic, so of no intent."""
    with _EXAMPLES.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Message({TEXT: row["text"], _EXAMPLE_OF: row["danger"]}) for row in rows]


def _kind_of(message: Message) -> str | None:
    """What a training message is an example of; None for one that is none."""
    if not message.get(TEXT):
        return None
    label = message.get(_EXAMPLE_OF)
    if label:
        return str(label)
    topic = str(message.get(INTENT_RESPONSE_KEY) or message.get(INTENT) or "").split("/")[-1]
    return (topic if topic in _KINDS else _NONE) if topic else None
