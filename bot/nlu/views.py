"""The sentence vectors that the featurizers before a component gave to a message, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message


def views_of(message: Message) -> list[Features]:
    """The sentence vectors of a message, one for each featurizer so far."""
    return [
        feature
        for feature in message.features
        if feature.is_dense()
        and feature.attribute == TEXT
        and feature.type == FEATURE_TYPE_SENTENCE
    ]


def sizes_of(message: Message) -> list[int]:
    """The dimensions of each view."""
    return [view.features.shape[-1] for view in views_of(message)]


def vectors_of(messages: Sequence[Message]) -> np.ndarray[Any, Any]:
    """Shape (messages, sum of the views' dimensions)."""
    rows = [np.hstack([view.features for view in views_of(message)]) for message in messages]
    return np.vstack(rows).astype(np.float32)
