"""What the classifiers of topic and of danger share: a topic model over sentence vectors.

It reads as many of a message's sentence vectors as `weights` are set, in the pipeline's order; all
of those before it where none is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from typing_extensions import Self

from bot.nlu.fitting import fitted
from bot.nlu.topic_model import Matrix, TopicModel, TopicModelSettings
from bot.nlu.views import sizes_of, vectors_of


class VectorClassifier(IntentClassifier, GraphComponent):
    """Learns and tells labels by a message's sentence vectors. See `topic_model`.

    config: that of `TopicModelSettings`, and the component's own.
    """

    #: The model's file among those of Rasa's model.
    file: ClassVar[str]

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

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        with model_storage.read_from(resource) as folder:
            model = TopicModel.load(folder / cls.file)
        return cls(config, model_storage, resource, model)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _learn(self, vectors: Matrix, labels: Sequence[str], sizes: Sequence[int]) -> Resource:
        """Fit on vectors that are examples of these labels, made of views of these sizes; and store
        the model."""
        names = TopicModelSettings.__dataclass_fields__
        settings = TopicModelSettings(**{name: self._config[name] for name in names})
        self._model = fitted(vectors, labels, settings, sizes)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / self.file)
        return self._resource

    def _seen(self, messages: Sequence[Message]) -> tuple[Matrix, list[int]]:
        """What it reads of messages, a row for each, and the sizes of the views in a row."""
        return vectors_of(messages, self._views), sizes_of(messages[0], self._views)

    def _told(self, model: TopicModel, messages: Sequence[Message]) -> Matrix:
        """The probability of each of the model's labels, a row for each message."""
        return model.probabilities(vectors_of(messages, self._views))

    @property
    def _views(self) -> int | None:
        return len(self._config["weights"]) or None
