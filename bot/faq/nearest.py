"""Which of our topics a question is like, by the questions that we have of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.encoders import VectorCache, Vectors, encoder
from knowledge.settings import VAR

#: The fast encoder: all questions of all topics are read, the first time in some ten seconds.
_ENCODER = "use"
#: A topic is as near as this many of its questions on average: one alike may be a slip.
_BEST = 3
#: From this cosine on two questions ask the same.
ALIKE = 0.62
#: A question belongs elsewhere where it is at least so like another topic, and by so much more like
#: it than its own. Of ten questions about CRS filed under placebo, and of ten from ten topics, all
#: twenty do; of ten new ones about placebo one does, of all that we have 7 % (2026-11-21).
_SIMILAR = 0.5
_CLEARLY = 0.1


@dataclass(frozen=True)
class Near:
    """A topic, how near it is (mean cosine, 0 to 1), and its question that is nearest."""

    topic: str
    similarity: float
    question: str


class Neighbours:
    """Questions by topic, read once."""

    def __init__(self, questions: Mapping[str, Sequence[str]]) -> None:
        known = [(topic, question) for topic, asked in questions.items() for question in asked]
        self._topics = np.array([topic for topic, _ in known])
        self._questions = [question for _, question in known]
        cache = VectorCache(VAR / "vectors.sqlite")
        self._vectors = cache.encode(encoder(_ENCODER), self._questions)
        cache.close()

    def of(self, asked: Sequence[str], number: int = 3) -> list[Near]:
        """The topics nearest to the questions asked taken together, the nearest first."""
        return self._nearest(encoder(_ENCODER).encode(list(asked)) @ self._vectors.T)[:number]

    def elsewhere(self, topic: str, question: str) -> Near | None:
        """The topic that one of the topic's own questions is clearly more like, if there is one."""
        same = [each == question for each in self._questions]
        row = next(i for i in np.flatnonzero(same) if self._topics[i] == topic)
        similar = self._vectors[[row]] @ self._vectors.T
        similar[0, row] = -1
        ranked = self._nearest(similar)
        own = next(near.similarity for near in ranked if near.topic == topic)
        best = next((near for near in ranked if near.topic != topic), None)
        if best and best.similarity >= _SIMILAR and best.similarity - own > _CLEARLY:
            return best
        return None

    def _nearest(self, similar: Vectors) -> list[Near]:
        """All topics by similarity. similar: cosines, (asked, known)."""
        found = []
        for topic in np.unique(self._topics):
            columns = np.flatnonzero(self._topics == topic)
            best = np.sort(similar[:, columns], axis=1)[:, -_BEST:].mean()
            closest = columns[similar[:, columns].max(axis=0).argmax()]
            found.append(Near(str(topic), float(best), self._questions[closest]))
        return sorted(found, key=lambda near: -near.similarity)
