"""A sign of danger, and the sentence that it is found in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from bot.safety.patterns import BREAK, Match

#: Signs of a crisis: what is supposed or asked may be meant all the same.
CRISIS = frozenset(
    {"want_die", "not_live", "suicide", "self_harm", "goodbye", "pills_saved", "burden",
     "other_risk", "abuse", "plan"}
)  # fmt: skip
#: How the names of diseases begin.
DISEASE = "dz_"
#: What makes a sign dangerous without being one, besides a disease.
_BACKGROUND = frozenset(
    {"immunosuppressed", "pregnant", "thinner", "sudden", "infusion", "rejected"}
)


@dataclass
class Sentence:
    """The words of one sentence with a BREAK between clauses, and what was found in them.

    number: which sentence of the message. clause_of: for each word the number of its clause.
    happening: the message says elsewhere that what it asks about is so now.
    """

    number: int
    words: list[str] = field(default_factory=list)
    clause_of: list[int] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    cues: list[Match] = field(default_factory=list)
    masks: list[Match] = field(default_factory=list)
    happening: bool = False

    @cached_property
    def bounds(self) -> list[tuple[int, int]]:
        """For each word where its clause begins and ends in `words`."""
        found: list[tuple[int, int]] = []
        start = 0
        while start < len(self.words):
            end = start
            while end < len(self.words) and self.words[end] != BREAK:
                end += 1
            found += [(start, end)] * (end - start) + [(end, end)]
            start = end + 1
        return found


@dataclass(frozen=True)
class Sign:
    """Something found and meant. other: about somebody else. clause, sentence: where."""

    name: str
    clause: int
    sentence: int
    other: bool = False

    @property
    def background(self) -> bool:
        """Not dangerous by itself, so worth keeping in what is answered besides."""
        return is_background(self.name)


def is_background(name: str) -> bool:
    """Does the sign only make others dangerous (a disease, a medicine, how sudden it was)?"""
    return name.startswith(DISEASE) or name in _BACKGROUND
