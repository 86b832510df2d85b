"""Which answers are due for a review."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from knowledge.curated.content import Content


@dataclass(frozen=True)
class Due:
    """An answer to look at again. condition: None for the one that fits all."""

    next_review: datetime.date
    topic: str
    condition: str | None


def due(content: Content, today: datetime.date, days: int) -> list[Due]:
    """The answers whose review date is past or within that many days, the most urgent first."""
    until = today + datetime.timedelta(days=days)
    found = [
        Due(answer.next_review, topic.id, condition)
        for topic in content.topics.values()
        for condition, answer in [(None, topic.answer), *topic.variants.items()]
        if answer is not None and answer.next_review <= until
    ]
    return sorted(found, key=lambda each: (each.next_review, each.topic, each.condition or ""))
