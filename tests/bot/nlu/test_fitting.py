"""Models that are fitted side by side are those that would be fitted one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bot.nlu.fitting import fitted, side_by_side
from bot.nlu.topic_model import Matrix, TopicModel, TopicModelSettings

SETTINGS = TopicModelSettings(dimensions=8)


def questions(seed: int) -> tuple[Matrix, list[str]]:
    """Three topics of sixty questions, each scattered about a place of its own."""
    chance = np.random.default_rng(seed)
    places = chance.normal(size=(3, 12))
    vectors = np.repeat(places, 60, axis=0) + chance.normal(scale=0.4, size=(180, 12))
    return vectors.astype(np.float32), [f"topic{number // 60}" for number in range(180)]


def told_by(model: TopicModel, vectors: Matrix) -> Matrix:
    return model.probabilities(vectors)


def test_side_by_side_and_alone_give_the_same_models() -> None:
    lots = [questions(seed) for seed in range(3)]
    alone = [TopicModel.fit(vectors, labels, SETTINGS, (12,)) for vectors, labels in lots]
    with side_by_side(), ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda lot: fitted(*lot, SETTINGS, (12,)), lots))
    for (vectors, _), one, other in zip(lots, alone, together):
        assert other.labels == one.labels
        np.testing.assert_allclose(told_by(other, vectors), told_by(one, vectors), atol=1e-4)


def test_what_can_not_be_fitted_is_told_as_if_it_were_fitted_here() -> None:
    vectors, _ = questions(0)
    with side_by_side(), pytest.raises(ValueError, match="at least two topics"):
        fitted(vectors, ["one"] * len(vectors), SETTINGS, (12,))


def test_outside_of_it_a_model_is_fitted_here() -> None:
    vectors, labels = questions(1)
    with side_by_side():
        pass
    model = fitted(vectors, labels, SETTINGS, (12,))
    right = np.array(model.labels)[told_by(model, vectors).argmax(axis=1)] == np.array(labels)
    assert right.mean() > 0.9
