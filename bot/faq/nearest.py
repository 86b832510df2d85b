"""Which of our topics a question is like, by the questions that we have of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.encoders import VectorCache, encoder
from knowledge.curated.content import Content
from knowledge.settings import VAR

#: The fast encoder: all questions of all topics are read, the first time in some ten seconds.
_ENCODER = "use"
#: A topic is as near as this many of its questions on average: one alike may be a slip.
_BEST = 3
#: From this cosine on two questions ask the same.
ALIKE = 0.62


@dataclass(frozen=True)
class Near:
    """A topic, how near it is (mean cosine, 0 to 1), and its question that is nearest."""

    topic: str
    similarity: float
    question: str


class Neighbours:
    """The questions that we have, read once."""

    def __init__(self, content: Content) -> None:
        known = [
            (topic.id, question)
            for topic in content.topics.values()
            for questions in topic.questions.values()
            for question in questions
        ]
        self._topics = np.array([topic for topic, _ in known])
        self._questions = [question for _, question in known]
        cache = VectorCache(VAR / "vectors.sqlite")
        self._vectors = cache.encode(encoder(_ENCODER), self._questions)
        cache.close()

    def of(self, asked: Sequence[str], number: int = 3) -> list[Near]:
        """The topics nearest to the questions asked taken together, the nearest first."""
        similar = encoder(_ENCODER).encode(list(asked)) @ self._vectors.T
        found = []
        for topic in np.unique(self._topics):
            columns = np.flatnonzero(self._topics == topic)
            best = np.sort(similar[:, columns], axis=1)[:, -_BEST:].mean()
            closest = columns[similar[:, columns].max(axis=0).argmax()]
            found.append(Near(str(topic), float(best), self._questions[closest]))
        return sorted(found, key=lambda near: -near.similarity)[:number]
