"""The topic model: sentence vectors and character n-grams in, a probability for each topic out.

Knows nothing of Rasa. A softmax regression over the dense vectors and over the n-grams compressed
by latent semantic analysis, fitted as one, and a temperature fitted on held-back questions, so that
a confidence means how often it is right.

Each view is centred first: the vectors of an encoder share a large common part (e5's cosines all
lie between 0.7 and 1), which hides what tells questions apart. On the hard English test questions
centring alone was worth 4 points of accuracy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import normalize

Matrix = NDArray[np.float64]

#: Share of the training questions that is held back to fit the temperature.
_HELD_BACK = 0.12


@dataclass(frozen=True)
class TopicModelSettings:
    """What `config.yml` may tune.

    c: inverse strength of the regularisation. ngram_dimensions: size of the compressed n-gram
    view, 0 leaves it out. ngram_weight: its length beside the dense views', which are one each.
    """

    c: float = 8.0
    ngram_dimensions: int = 300
    ngram_weight: float = 0.7
    max_iter: int = 200


@dataclass(frozen=True)
class TopicModel:
    """A fitted model. `labels` are topic ids; `weights` (features, labels).

    views: where in the dense vector each encoder's part begins, and its end. centre: mean of each.
    """

    labels: tuple[str, ...]
    views: tuple[int, ...]
    centre: Matrix
    weights: Matrix
    bias: Matrix
    idf: Matrix
    components: Matrix
    ngram_weight: float
    temperature: float

    @classmethod
    def fit(
        cls,
        dense: NDArray[np.float32],
        ngrams: csr_matrix,
        labels: Sequence[str],
        settings: TopicModelSettings,
        views: Sequence[int] = (),
    ) -> TopicModel:
        """Fit on `dense` (n, d) and n-gram counts (n, v).

        views: the sizes of the encoders' parts of `dense`; the whole is one by default.
        Raises ValueError below two labels.
        """
        names = tuple(sorted(set(labels)))
        if len(names) < 2:
            raise ValueError("a topic model needs questions of at least two topics")
        index = {name: number for number, name in enumerate(names)}
        y = np.array([index[label] for label in labels])
        tfidf = TfidfTransformer(sublinear_tf=True)
        weighted = tfidf.fit_transform(ngrams)
        dimensions = min(settings.ngram_dimensions, min(ngrams.shape) - 1)
        if dimensions > 0:
            svd = TruncatedSVD(dimensions, algorithm="randomized", n_iter=3, random_state=0)
            components = svd.fit(weighted).components_.T.astype(np.float32)
        else:
            components = np.zeros((ngrams.shape[1], 0), dtype=np.float32)
        ends = tuple(int(end) for end in np.cumsum([0, *(views or (dense.shape[1],))]))
        draft = cls(
            names,
            ends,
            dense.mean(axis=0),
            np.zeros((0, 0)),
            np.zeros(0),
            tfidf.idf_.astype(np.float32),
            components,
            settings.ngram_weight,
            1.0,
        )
        features = draft._features(dense, ngrams)
        temperature = draft._fit_temperature(features, y, settings)
        weights, bias = _regression(features, y, len(names), settings)
        return replace(draft, weights=weights, bias=bias, temperature=temperature)

    def probabilities(self, dense: NDArray[np.float32], ngrams: csr_matrix) -> Matrix:
        """Probabilities of shape (n, labels), each row summing to one."""
        logits = self._features(dense, ngrams) @ self.weights + self.bias
        return _softmax(logits / self.temperature)

    def _features(self, dense: NDArray[np.float32], ngrams: csr_matrix) -> NDArray[np.float32]:
        counts = ngrams.tocsr().astype(np.float32)
        counts.data = 1.0 + np.log(counts.data)
        weighted = normalize(counts.multiply(self.idf[None, :]).tocsr())
        compressed = np.asarray(weighted @ self.components)
        centred = dense - self.centre
        parts = [_unit(centred[:, start:end]) for start, end in zip(self.views, self.views[1:])]
        return np.hstack([*parts, self.ngram_weight * _unit(compressed)]).astype(np.float32)

    @staticmethod
    def _fit_temperature(
        features: NDArray[np.float32], y: NDArray[Any], settings: TopicModelSettings
    ) -> float:
        number = int(y.max()) + 1
        if np.bincount(y).min() < 2 or len(y) * _HELD_BACK < number:
            return 1.0
        split = StratifiedShuffleSplit(1, test_size=_HELD_BACK, random_state=0)
        fit, held = next(split.split(features, y))
        weights, bias = _regression(features[fit], y[fit], number, settings)
        logits = features[held] @ weights + bias

        def loss(temperature: float) -> float:
            chosen = _softmax(logits / temperature)[np.arange(len(held)), y[held]]
            return float(-np.log(np.maximum(chosen, 1e-12)).mean())

        return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)

    def save(self, path: Path) -> None:
        """Write to an `.npz` file: arrays only, nothing that could run when it is read."""
        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            views=np.array(self.views),
            centre=self.centre,
            weights=self.weights,
            bias=self.bias,
            idf=self.idf,
            components=self.components.astype(np.float16),
            scalars=np.array([self.ngram_weight, self.temperature]),
        )

    @classmethod
    def load(cls, path: Path) -> TopicModel:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            ngram_weight, temperature = stored["scalars"]
            return cls(
                tuple(str(label) for label in stored["labels"]),
                tuple(int(end) for end in stored["views"]),
                stored["centre"],
                stored["weights"],
                stored["bias"],
                stored["idf"],
                stored["components"].astype(np.float32),
                float(ngram_weight),
                float(temperature),
            )


def _regression(
    features: NDArray[np.float32], y: NDArray[Any], number: int, settings: TopicModelSettings
) -> tuple[Matrix, Matrix]:
    model = LogisticRegression(C=settings.c, max_iter=settings.max_iter, class_weight="balanced")
    model.fit(features, y)
    weights, bias = model.coef_.T, model.intercept_
    if number == 2:  # one column of scores: make it two
        weights = np.hstack([-weights / 2, weights / 2])
        bias = np.array([-bias[0] / 2, bias[0] / 2])
    return weights.astype(np.float32), bias.astype(np.float32)


def _unit(rows: Matrix) -> Matrix:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _softmax(logits: Matrix) -> Matrix:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
