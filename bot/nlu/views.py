"""The sentence vectors that the featurizers before a component gave to a message, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message


def views_of(message: Message, number: int | None = None) -> list[Features]:
    """The sentence vectors of a message, one for each featurizer so far; the first `number`."""
    found = [
        feature
        for feature in message.features
        if feature.is_dense()
        and feature.attribute == TEXT
        and feature.type == FEATURE_TYPE_SENTENCE
    ]
    return found[:number]


def sizes_of(message: Message, number: int | None = None) -> list[int]:
    """The dimensions of each view."""
    return [view.features.shape[-1] for view in views_of(message, number)]


def vectors_of(messages: Sequence[Message], number: int | None = None) -> np.ndarray[Any, Any]:
    """Shape (messages, sum of the views' dimensions)."""
    views = [[view.features for view in views_of(message, number)] for message in messages]
    return np.hstack([np.vstack(view) for view in zip(*views)]).astype(np.float32, copy=False)
