"""Rasa component: how a message is written, as a dense vector.

Character n-grams (typos and inflections share most of theirs), weighted by TF-IDF and compressed by
latent semantic analysis, both scikit-learn's. In place of Rasa's CountVectorsFeaturizer, which also
builds features of each token that nothing here reads.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

from bot.nlu.encoders import Vectors
from bot.nlu.meaning import MEANING
from bot.nlu.parts import with_parts
from bot.nlu.words import fold


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(DenseFeaturizer, GraphComponent):
    """Sets one sentence vector of `dimensions`, from n-grams of `min_ngram` to `max_ngram`.

    config: `min_df`: n-grams seen in fewer questions are left out.
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        ngrams: Ngrams | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._ngrams = ngrams

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        sizes = {"min_ngram": 2, "max_ngram": 4, "min_df": 2, "dimensions": 300}
        return {**DenseFeaturizer.get_default_config(), **sizes}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        with model_storage.read_from(resource) as folder:
            terms = json.loads((folder / "terms.json").read_text())
            with np.load(folder / "ngrams.npz", allow_pickle=False) as stored:
                ngrams = Ngrams.restored(config, terms, stored["idf"], stored["components"])
        return cls(config, execution_context.node_name, model_storage, resource, ngrams)

    def train(self, training_data: TrainingData) -> Resource:
        texts = [m.get(MEANING) for m in training_data.training_examples if m.get(MEANING)]
        self._ngrams = Ngrams.fitted(self._config, texts)
        with self._model_storage.write_to(self._resource) as folder:
            terms, idf, components = self._ngrams.parts()
            (folder / "terms.json").write_text(json.dumps(terms, ensure_ascii=False))
            np.savez(folder / "ngrams.npz", idf=idf, components=components)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self._set([m for m in training_data.training_examples if m.get(MEANING) is not None])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        self._set(with_parts(messages))
        return messages

    def _set(self, messages: list[Message]) -> None:
        if self._ngrams is None or not messages:
            return
        vectors = self._ngrams.vectors([message.get(MEANING) or "" for message in messages])
        for message, vector in zip(messages, vectors):
            message.add_features(
                Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
            )

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to validate: sizes have defaults."""


class Ngrams:
    """TF-IDF over character n-grams, compressed. `components` (terms, dimensions)."""

    def __init__(self, tfidf: TfidfVectorizer, components: Vectors) -> None:
        self._tfidf = tfidf
        self._components = components

    @classmethod
    def fitted(cls, config: dict[str, Any], texts: list[str]) -> Ngrams:
        """Fit on texts. The number of dimensions shrinks where there are too few of them."""
        tfidf = _vectorizer(config)
        weighted = tfidf.fit_transform(texts)
        dimensions = min(config["dimensions"], min(weighted.shape) - 1)
        svd = TruncatedSVD(dimensions, algorithm="randomized", n_iter=1, random_state=0)
        # One iteration: three take 3 s more and tell 3 more of 2,300 held-back questions apart.
        # Tall and thin matrices: threads spend more time waiting for each other than working.
        with threadpool_limits(1):
            components = svd.fit(weighted).components_
        return cls(tfidf, components.T.astype(np.float16).astype(np.float32))

    @classmethod
    def restored(
        cls, config: dict[str, Any], terms: list[str], idf: Vectors, components: Vectors
    ) -> Ngrams:
        """From what `parts` gave."""
        tfidf = _vectorizer(config, {term: index for index, term in enumerate(terms)})
        tfidf.idf_ = idf
        return cls(tfidf, components.astype(np.float32))

    def parts(self) -> tuple[list[str], Vectors, Vectors]:
        """The n-grams in order, their weights, and the components at half precision."""
        vocabulary = self._tfidf.vocabulary_
        terms = sorted(vocabulary, key=lambda term: int(vocabulary[term]))
        idf = self._tfidf.idf_.astype(np.float32)
        return terms, idf, self._components.astype(np.float16)

    def vectors(self, texts: list[str]) -> Vectors:
        """Shape (len(texts), dimensions)."""
        return np.asarray(self._tfidf.transform(texts) @ self._components, dtype=np.float32)


def _vectorizer(
    config: dict[str, Any], vocabulary: dict[str, int] | None = None
) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(config["min_ngram"], config["max_ngram"]),
        min_df=config["min_df"],
        preprocessor=fold,
        sublinear_tf=True,
        vocabulary=vocabulary,
        dtype=np.float32,
    )
