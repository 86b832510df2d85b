"""F1 by topic, as the classifier's own probabilities let one expect it.

Plain F1 counts a question as answered or not. A topic is measured on some 25 questions, so that one
which tips from 0.49 to 0.51 is worth 2 to 4 points, and any training tips some. Here a question
counts for each topic with the probability that the classifier gives it (F1 over a soft confusion
matrix): it moves as far as the understanding did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.evaluation.measures import Ranking, Row


def expected_f1(rows: Sequence[Row], rankings: Sequence[Ranking]) -> dict[str, float]:
    """F1 of each topic that was asked for, 0 to 1; a question with two right topics has one of
    them, the first by name. {} without rankings."""
    asked: dict[str, int] = defaultdict(int)
    hits: dict[str, float] = defaultdict(float)
    taken_for: dict[str, float] = defaultdict(float)
    for row, ranking in zip(rows, rankings):
        home = min(row.topics)
        asked[home] += 1
        for topic, probability in ranking:
            right = topic in row.topics
            hits[home] += probability if right else 0.0
            taken_for[home if right else topic] += probability
    return {topic: 2 * hits[topic] / (asked[topic] + taken_for[topic]) for topic in sorted(asked)}
