"""Which new questions look as though they were filed under the wrong topic.

Ten wrong questions among ten thousand move no figure of a model: it was measured with ten about CRS
under placebo, and no topic lost a point. They are seen in the questions themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binom

from bot.faq.nearest import Near, Neighbours

#: So many of a topic's questions look like another's by nature (7 % of those we have).
_USUAL = 0.1
#: Chance gives as many or more no more often than this.
_CHANCE = 0.01


@dataclass(frozen=True)
class Batch:
    """The new questions of a topic. elsewhere: those that belong elsewhere, and where."""

    topic: str
    number: int
    elsewhere: Mapping[str, Near]

    @property
    def suspect(self) -> bool:
        """Whether more belong elsewhere than by chance: 3 of 5, 5 of 10, 18 of 97 (binomial)."""
        return bool(binom.sf(len(self.elsewhere) - 1, self.number, _USUAL) < _CHANCE)

    def __str__(self) -> str:
        topics = sorted({near.topic for near in self.elsewhere.values()})
        return (
            f"{self.topic}: {len(self.elsewhere)} of {self.number} new questions look like "
            f"another topic's ({', '.join(topics[:3])}{' …' if len(topics) > 3 else ''})"
        )


def batches(
    after: Mapping[str, Sequence[str]], before: Mapping[str, Collection[str]]
) -> list[Batch]:
    """What `after` has that `before` had not, by topic. Both: questions by topic."""
    new = {
        topic: [question for question in asked if question not in set(before.get(topic, ()))]
        for topic, asked in after.items()
    }
    if not any(new.values()):
        return []
    neighbours = Neighbours(after)
    return [
        Batch(topic, len(asked), _elsewhere(neighbours, topic, asked))
        for topic, asked in new.items()
        if asked
    ]


def _elsewhere(neighbours: Neighbours, topic: str, asked: Sequence[str]) -> dict[str, Near]:
    found = {question: neighbours.elsewhere(topic, question) for question in asked}
    return {question: near for question, near in found.items() if near is not None}
